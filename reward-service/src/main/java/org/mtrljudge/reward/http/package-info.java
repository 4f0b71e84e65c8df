/** Reward servers and judges that are asked over HTTP. */
@NullMarked
package org.mtrljudge.reward.http;

import org.jspecify.annotations.NullMarked;
