package org.mtrljudge.reward;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.Map;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.mtrljudge.reward.stream.TaskStatistics;

/** Serves {@code /statistics}: the scored groups, counted by task and minute. */
@Controller("/statistics")
@Requires(beans = ScoringNow.class)
final class StatisticsController {
    private final ScoringNow scoring;

    StatisticsController(final ScoringNow scoring) {
        this.scoring = scoring;
    }

    @Get
    HttpResponse<Map<String, Object>> statistics() {
        try {
            return scoring.service()
                    .<HttpResponse<Map<String, Object>>>map(
                            s -> HttpResponse.ok(Map.of("windows", s.statistics(TaskStatistics.KEPT))))
                    .orElseGet(StatisticsController::notYet);
        } catch (final InvalidStateStoreException e) {
            return notYet();
        }
    }

    private static HttpResponse<Map<String, Object>> notYet() {
        return HttpResponse.<Map<String, Object>>status(HttpStatus.SERVICE_UNAVAILABLE)
                .body(Map.of("error", "the service is starting or stopping"));
    }
}
