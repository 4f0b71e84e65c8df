package org.mtrljudge.standalone.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.source.JsonlData;

class AskedOrdersTest {
    @TempDir
    private Path folder;

    private ExampleSource source;

    /** Task "three" asks its question in three orders, task "one" in one. */
    @BeforeEach
    void read() throws IOException {
        final String three = "{\"task\":\"three\",\"prompt\":\"p\",\"images\":[],\"answer\":\"no\",\"pair\":\"9\"}\n";
        final Path data = Files.writeString(
                folder.resolve("data.jsonl"),
                three.repeat(3)
                        + "{\"task\":\"one\",\"prompt\":\"p\",\"images\":[],\"answer\":\"no\"}\n"
                        + "{\"task\":\"one\",\"split\":\"test\",\"prompt\":\"p\",\"images\":[],\"answer\":\"no\"}\n");
        source = JsonlData.read(data);
    }

    private void check(final String tasks) throws IOException {
        final Path file =
                Files.writeString(folder.resolve("rewards.yaml"), "{name: orders, version: 1, tasks: {" + tasks + "}}");
        AskedOrders.check(source, new RewardSetReader(new Verifiers(null, 1000)).read(file));
    }

    private static String consistent(final int orders) {
        return "{components: {position_consistency: " + orders + "}, weights: {position_consistency: 1.0}}";
    }

    @Test
    void shouldAllowAsManyOrdersAsTheRewardNeeds() {
        assertThatCode(() -> check("three: " + consistent(3) + ", one: {format_weight: 0.1}"))
                .doesNotThrowAnyException();
        assertThatCode(() -> check("three: {format_weight: 0.1}"))
                .as("another task has no reward: that is found elsewhere")
                .doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseMoreOrFewerOrders() {
        assertThatThrownBy(() -> check("three: " + consistent(2)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("task three needs every question in 2 orders, but the data asks line-1 in 3");
        assertThatThrownBy(() -> check("one: " + consistent(2)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("task one needs every question in 2 orders, but the data asks line-4 in 1");
    }
}
