package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.topic.Topics;

/** Prompts that kill every actor, with the limit of deliveries of a real run: only they become dead letters. */
@Timeout(300)
class KillerPromptIT {
    private static final int PROMPTS = 16;
    private static final long LOCK_MS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    private final Set<String> killers = new HashSet<>();
    private final List<ActorThread> dead = new ArrayList<>();
    private ActorBench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new ActorBench(folder);
        bench.lockFor(LOCK_MS);
    }

    @AfterEach
    void end() throws Exception {
        for (final ActorThread actor : dead) {
            actor.close();
        }
        bench.close();
    }

    private void kill(final List<PromptRequest> prompts) {
        if (prompts.stream().anyMatch(prompt -> killers.contains(prompt.getPromptId()))) {
            throw new IllegalStateException("the actor dies");
        }
    }

    private ActorThread actor(final String id) {
        return new ActorThread(bench.actor(
                new ActorSettings(id, PROMPTS, Topics.MAX_DELIVERIES, false),
                new StandInEngine(Duration.ZERO, this::kill),
                null));
    }

    /** A lock that lapses while its actor is slow gives a prompt to a second actor: its readers drop the second answer. */
    private Set<String> answered() {
        return Set.copyOf(bench.answered());
    }

    private boolean isDone() {
        return bench.deadLetters().size() + answered().size() >= PROMPTS;
    }

    /** Runs this number of actors, and another in the place of each that dies. */
    private int runActors(final int atOnce) throws InterruptedException {
        final List<ActorThread> actors = new ArrayList<>();
        int started = 0;
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!isDone() && System.nanoTime() < deadline) {
                for (final ActorThread actor : List.copyOf(actors)) {
                    if (!actor.isAlive()) {
                        // it is not closed: a killed process gives nothing back, its locks time out
                        actors.remove(actor);
                        dead.add(actor);
                    }
                }
                while (actors.size() < atOnce) {
                    actors.add(actor("actor-" + started++));
                }
                Thread.sleep(500);
            }
        } finally {
            for (final ActorThread actor : actors) {
                actor.close();
            }
        }
        return started;
    }

    @ParameterizedTest
    @CsvSource({"1, p5", "2, p5", "1, p3 p4 p11"})
    void shouldAnswerEveryOtherPrompt(final int actorsAtOnce, final String killing) throws Exception {
        killers.addAll(List.of(killing.split(" ")));
        bench.publish(0);
        bench.ask(PROMPTS, 0);
        final int lives = runActors(actorsAtOnce);

        assertThat(isDone())
                .as("%d actors settled all prompts within %s", lives, PATIENCE)
                .isTrue();
        assertThat(bench.deadLetters())
                .extracting(DeadLetter::getPromptId)
                .containsExactlyInAnyOrderElementsOf(killers);
        assertThat(bench.deadLetters()).allMatch(letter -> letter.getReason().contains("this is delivery 10"));
        assertThat(answered()).hasSize(PROMPTS - killers.size()).doesNotContainAnyElementsOf(killers);
        System.out.println(lives + " actors for " + killing);
    }
}
