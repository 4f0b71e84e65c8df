/** Transport of policies from the learner to the actors: chunks in the log, stores for large policies, and the code that fetches both. */
@NullMarked
package org.mtrljudge.schemas.policy;

import org.jspecify.annotations.NullMarked;
