package org.mtrljudge.standalone.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.settings.UsageException;

class ServeSettingsTest {
    private static ServeSettings settings(final String host, final String token) {
        return new ServeSettings("judge", host, 0, token, null, 1, Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "0.0.0.0", "::", "no.such.host.invalid"})
    void shouldNotListenElsewhereWithoutAToken(final String host) {
        assertThatThrownBy(() -> new ServeSettings("judge", host, 0, null, null, 1, Duration.ofSeconds(1)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--host");
    }

    @Test
    void shouldListenElsewhereWithATokenThatIsNotShown() {
        assertThat(settings("0.0.0.0", "secret").toString()).doesNotContain("secret");
        assertThatThrownBy(() -> settings("0.0.0.0", " "))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("JUDGE_SERVE_TOKEN");
    }
}
