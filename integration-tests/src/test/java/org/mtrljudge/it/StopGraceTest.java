package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A service divides the time that its platform gives it to stop, so it has to know that time. */
class StopGraceTest {
    private static final Path PROJECT = Path.of("..");

    private static String found(final String file, final String pattern) throws IOException {
        final Matcher matcher =
                Pattern.compile(pattern, Pattern.MULTILINE).matcher(Files.readString(PROJECT.resolve(file)));
        assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
        return matcher.group(1);
    }

    @Test
    void shouldBeTheGraceOfCompose() throws IOException {
        assertThat(found("docker-compose.yml", "^ +JUDGE_STOP_GRACE_S: (\\d+)$"))
                .isEqualTo(found("docker-compose.yml", "^ +stop_grace_period: (\\d+)s$"));
    }

    @Test
    void shouldBeTheGraceOfKubernetes() throws IOException {
        final String grace = found("k8s/base/environment.env", "^JUDGE_STOP_GRACE_S=(\\d+)$");
        for (final String service : new String[] {"actor", "reward", "learner"}) {
            assertThat(found("k8s/base/" + service + ".yaml", "^ +terminationGracePeriodSeconds: (\\d+)$"))
                    .as(service)
                    .isEqualTo(grace);
        }
    }
}
