package org.mtrljudge.standalone.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.settings.io.Mappers;

class ChatRequestTest {
    private static ChatRequest read(final String more) throws Exception {
        final String json =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]" + (more.isEmpty() ? "" : ", " + more) + "}";
        return ChatRequest.of(Mappers.JSON.readTree(json), new Pictures(null), 100);
    }

    @Test
    void shouldReadWhatDecidesTheAnswer() throws Exception {
        final ChatRequest request = read("\"n\": 2, \"temperature\": 0.5, \"top_p\": 0.9, \"max_tokens\": 7,"
                + " \"seed\": 3, \"logprobs\": true, \"stream\": true, \"stream_options\": {\"include_usage\": true}");

        assertThat(request.n()).isEqualTo(2);
        assertThat(request.sampling()).isEqualTo(new Sampling(0.5, 0.9, 7));
        assertThat(request.seed()).isEqualTo(3);
        assertThat(request.withLogProbs()).isTrue();
        assertThat(request.withTokenIds()).isFalse();
        assertThat(request.stream()).isEqualTo(ChatRequest.Stream.WITH_USAGE);
    }

    @Test
    void shouldTakeTheDefaultsOfOpenAiWhereNothingIsSaid() throws Exception {
        final ChatRequest request = read("");

        assertThat(request.n()).isEqualTo(1);
        assertThat(request.sampling()).isEqualTo(new Sampling(1, 1, 100));
        assertThat(request.stream()).isEqualTo(ChatRequest.Stream.NO);
        assertThat(read("").seed()).isNotEqualTo(request.seed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"stop\": \"END\"                                  | stop",
                "\"stop\": [\"END\"]                                | stop",
                "\"min_tokens\": 3                                  | min_tokens",
                "\"ignore_eos\": true                               | ignore_eos",
                "\"response_format\": {\"type\": \"json_object\"}   | response_format",
                "\"tools\": [{}]                                    | tools",
                "\"top_k\": 5                                       | top_k",
                "\"n\": 0                                           | 'n' is 0",
                "\"n\": 18446744073709551617                        | 'n' is",
                "\"max_tokens\": 101                                | max_tokens",
                "\"temperature\": \"NaN\"                           | temperature",
                "\"temperature\": 1e-40                             | temperature",
                "\"temperature\": 2.1                               | temperature",
                "\"top_p\": 0                                       | top_p",
                "\"seed\": 1.5                                      | seed",
            })
    void shouldRefuseWhatWouldGiveAnotherAnswer(final String more, final String named) {
        assertThatThrownBy(() -> read(more))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(named);
    }
}
