/** A judge as a server: OpenAI's chat completions, and verdicts. */
@NullMarked
package org.mtrljudge.standalone.serve;

import org.jspecify.annotations.NullMarked;
