@NullMarked
package org.mtrljudge.service;

import org.jspecify.annotations.NullMarked;
