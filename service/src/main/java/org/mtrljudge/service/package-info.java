/** What all services share: process settings, connections, the loop and its thread, HTTP, health and logs. */
@NullMarked
package org.mtrljudge.service;

import org.jspecify.annotations.NullMarked;
