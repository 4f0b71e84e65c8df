package org.mtrljudge.reward;

import java.util.Optional;
import org.mtrljudge.reward.stream.RewardService;

/** Gives the reward service of this process, once it has started. */
interface ScoringNow {
    Optional<RewardService> service();
}
