package org.mtrljudge.reward;

import java.util.Optional;

/** The reward service of this process, once there is one. */
interface ScoringNow {
    Optional<RewardService> service();
}
