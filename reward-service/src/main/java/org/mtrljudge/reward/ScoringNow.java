package org.mtrljudge.reward;

import java.util.Optional;
import org.mtrljudge.reward.stream.RewardService;

/** The reward service of this process, once there is one. */
interface ScoringNow {
    Optional<RewardService> service();
}
