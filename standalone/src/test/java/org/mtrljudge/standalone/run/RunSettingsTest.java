package org.mtrljudge.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.replay.ReplayPlan;

class RunSettingsTest {
    @TempDir
    private Path folder;

    @Test
    void shouldReadEveryDefaultAndWriteItBack() throws IOException {
        final RunSettings defaults = RunSettings.read(null, List.of());
        assertThat(defaults.rewarding().reward().formatWeight()).isEqualTo(0.1);
        final Path file = folder.resolve("settings.yaml");
        Files.writeString(file, defaults.tree().write());
        assertThat(RunSettings.read(file, List.of()).learner()).isEqualTo(defaults.learner());
        assertThat(RunSettings.read(file, List.of()).tree()).isEqualTo(defaults.tree());
    }

    @Test
    void shouldLetTheFileOverrideDefaultsAndPairsOverrideBoth() throws IOException {
        final Path file = folder.resolve("mine.yaml");
        Files.writeString(file, "rollout:\n  n: 4\n  temperature: 0.7\nactor:\n  optim:\n    lr: 0.5\n");
        final RunSettings settings =
                RunSettings.read(file, List.of("rollout.n=6", "kafka.fetch.max.bytes=1000", "kafka.client.id=me"));
        assertThat(settings.learner().rollout().n()).isEqualTo(6);
        assertThat(settings.learner().rollout().temperature()).isEqualTo(0.7);
        assertThat(settings.learner().rollout().topP()).isEqualTo(1);
        assertThat(settings.learner().actor().optim().lr()).isEqualTo(0.5);
        assertThat(settings.kafka()).containsEntry("fetch.max.bytes", 1000).containsEntry("client.id", "me");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            rollout.nn=4 | unknown setting 'rollout.nn'; allowed here: actors, in_flight_update, max_batched_tokens, max_prompts, n, server_
            rolout.n=4 | unknown setting 'rolout'
            rollout.n=many | setting 'rollout.n' is not a whole number
            rollout.n=1.5 | setting 'rollout.n' is not a whole number
            rollout.n=1 | wrong setting: rollout.n is 1, allowed is 2 to 1024
            actor.clip_ratio_low=-1 | actor.clip_ratio_low is -1, allowed is 0 to 1
            actor.loss_avg_mode=mean | actor.loss_avg_mode is 'mean', allowed is token, seq
            actor.optim.lr_scheduler_type=linear | actor.optim.lr_scheduler_type is 'linear', allowed is constant, cosine
            algorithm.rollout_is=sometimes | algorithm.rollout_is is 'sometimes', allowed is none, token, sequence
            algorithm.adv_estimator=gae | algorithm.adv_estimator is 'gae', allowed is grpo, dr_grpo, rloo
            reward.format_weight=2 | reward.format_weight is 2, allowed is 0 to 1
            actor.global_batch_size=64 | actor.global_batch_size is 64, allowed is 1 to 32
            rollout= | setting 'rollout
            rollout | --set takes KEY=VALUE
            """)
    void shouldNameTheKeyItsValueAndWhatIsAllowed(final String pair, final String message) {
        assertThatThrownBy(() -> RunSettings.read(null, List.of(pair)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseARunThatWouldTestNothing() {
        final List<String> untested = List.of("trainer.test_before_train=false", "trainer.total_steps=0");
        final List<String> warmedUp =
                Stream.concat(untested.stream(), Stream.of("sft.steps=1")).toList();
        assertThat(RunSettings.read(null, warmedUp).learner().trainer().testBeforeTrain())
                .as("the warm-up is tested")
                .isFalse();
        assertThatThrownBy(() -> RunSettings.read(null, untested)).hasMessageContaining("nothing would be tested");
    }

    @Test
    void shouldReadARewardSetOnce() throws IOException {
        final Path rewards = Files.writeString(
                folder.resolve("rewards.yaml"), "{name: first, version: 1, defaults: {format_weight: 0.1}}");
        final RunSettings settings = RunSettings.read(null, List.of("reward.file=" + rewards));
        final String digest = ReplayPlan.digest(settings);
        Files.writeString(rewards, "{name: second, version: 2, defaults: {format_weight: 0.9}}");
        assertThat(settings.rewards().set().name()).isEqualTo("first");
        assertThat(settings.rewards()).isSameAs(settings.withTotalSteps(3).rewards());
        assertThat(settings.rewards()).isSameAs(settings.forSamples(2).rewards());
        assertThat(ReplayPlan.digest(settings)).isEqualTo(digest);
        assertThat(RunSettings.read(null, List.of("reward.file=" + rewards))
                        .rewards()
                        .set()
                        .version())
                .as("the next command")
                .isEqualTo(2);
    }

    @Test
    void shouldRefuseAFileThatIsNotYaml() throws IOException {
        final Path file = folder.resolve("broken.yaml");
        Files.writeString(file, "rollout: [1, 2");
        assertThatThrownBy(() -> RunSettings.read(file, List.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("broken.yaml is not YAML");
        assertThatThrownBy(() -> RunSettings.read(folder.resolve("absent.yaml"), List.of()))
                .hasMessageContaining("absent.yaml cannot be read");
    }

    @Test
    void shouldRefuseAFunctionThatTheRewardSetDoesNotName() throws Exception {
        final Path function = Files.writeString(folder.resolve("f.py"), "def f(solution_str): return 1");
        final String entry = "reward.functions=[{file: " + function + ", name: f}]";
        final Path rewards = Files.writeString(
                folder.resolve("rewards.yaml"), "{name: a, version: 1, defaults: {format_weight: 0.1}}");
        final RunSettings unused = RunSettings.read(null, List.of("reward.file=" + rewards, entry));
        assertThatThrownBy(() -> new RunExecution(unused, null).create(folder, "run", Origin.NEW))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no task of the reward set " + rewards + " has 'verifier: f'");
        Files.writeString(rewards, "{name: a, version: 1, defaults: {verifier: f, weights: {score: 1}}}");
        assertThat(RunSettings.read(null, List.of("reward.file=" + rewards, entry))
                        .rewards()
                        .set()
                        .callLimitMs())
                .isPositive();
    }
}
