package org.mtrljudge.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.TensorShapes;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.weights.Safetensors;

/** Reads a checkpoint of two shards, and refuses damaged ones. */
class WeightFilesTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    private Path folder;

    private final JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 5);
    private Path checkpoint;

    @BeforeEach
    void saveInShards() throws IOException {
        checkpoint = folder.resolve("checkpoint");
        model.save(checkpoint, WeightType.F32);
        Files.delete(checkpoint.resolve(WeightFiles.SINGLE));
        final Map<String, SortedMap<String, NDArray>> shards = Map.of(FIRST, new TreeMap<>(), SECOND, new TreeMap<>());
        final ObjectNode index = new ObjectMapper().createObjectNode();
        final ObjectNode map = index.putObject("weight_map");
        model.policy().tensors().forEach((name, tensor) -> {
            final String shard = name.contains("visual") ? SECOND : FIRST;
            shards.get(shard).put(name, tensor);
            map.put(name, shard);
        });
        for (final Map.Entry<String, SortedMap<String, NDArray>> shard : shards.entrySet()) {
            try (FileChannel out = FileChannel.open(
                    checkpoint.resolve(shard.getKey()), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                Safetensors.write(
                        shard.getValue(),
                        WeightType.F32,
                        WeightType.F32,
                        model.policy().transfer(),
                        out);
            }
        }
        Files.writeString(checkpoint.resolve(WeightFiles.INDEX), index.toString());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private void loadExpecting(final String... parts) {
        assertThatThrownBy(() -> JudgeModel.load(JudgeFolder.open(checkpoint)).close())
                .isInstanceOf(ModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private void changeIndex(final String from, final String to) throws IOException {
        final Path index = checkpoint.resolve(WeightFiles.INDEX);
        Files.writeString(index, Files.readString(index).replace(from, to));
    }

    @Test
    void shouldReadShardsAsOneCheckpoint() {
        try (JudgeModel loaded = JudgeModel.load(JudgeFolder.open(checkpoint))) {
            assertThat(loaded.policy().toSafetensors()).isEqualTo(model.policy().toSafetensors());
        }
    }

    /** The sizes are those of a file's tensors; the largest tensor of the preset has 0.4 MB. */
    @Test
    void shouldWriteFilesOfALimitedSizeWithTheirIndex() throws IOException {
        final Path divided = folder.resolve("divided");
        final long limit = 1_000_000;
        try (NewFolder made = NewFolder.inPlaceOf(divided)) {
            WeightFiles.write(made, model.policy(), WeightType.BF16, limit);
            made.finish();
        }
        final JsonNode index =
                new ObjectMapper().readTree(divided.resolve(WeightFiles.INDEX).toFile());
        assertThat(index.at("/metadata/total_size").asLong())
                .isEqualTo(2 * model.policy().parameterCount());
        final SortedSet<String> files = new TreeSet<>();
        index.get("weight_map").forEach(file -> files.add(file.asText()));
        assertThat(files.size()).isGreaterThan(4);
        assertThat(files.first()).isEqualTo("model-00001-of-0000" + files.size() + ".safetensors");
        for (final String file : files) {
            assertThat(Files.size(divided.resolve(file))).isLessThan(limit + 20_000);
        }
        final SortedMap<String, Safetensors.Tensor> read = WeightFiles.read(
                divided,
                TensorShapes.of(JudgeFolder.preset(JudgeFolder.JUDGE_TINY).config()));
        assertThat(read.keySet()).isEqualTo(model.policy().tensors().keySet());
        assertThat(divided.resolve(WeightFiles.SINGLE)).doesNotExist();
    }

    @Test
    void shouldRefuseAMissingShard() throws IOException {
        Files.delete(checkpoint.resolve(SECOND));
        loadExpecting(WeightFiles.INDEX, SECOND, "is missing");
    }

    @Test
    void shouldRefuseATruncatedShard() throws IOException {
        final Path shard = checkpoint.resolve(SECOND);
        final byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, java.util.Arrays.copyOf(bytes, bytes.length - 100));
        loadExpecting(SECOND, "cut off or damaged");
    }

    @Test
    void shouldRefuseAnIndexThatNamesAFileOutsideItsFolder() throws IOException {
        changeIndex(SECOND, "../" + SECOND);
        loadExpecting("'../" + SECOND + "'", "not a file in the folder of the index");
        changeIndex("../" + SECOND, "..");
        loadExpecting("'..'", "not a file in the folder of the index");
    }

    @Test
    void shouldRefuseAnIndexThatNamesTheWrongShard() throws IOException {
        changeIndex("\"model.visual.pos_embed.weight\":\"" + SECOND, "\"model.visual.pos_embed.weight\":\"" + FIRST);
        loadExpecting(SECOND, "model.visual.pos_embed.weight", WeightFiles.INDEX + " names " + FIRST);
        Files.writeString(checkpoint.resolve(WeightFiles.INDEX), "{}");
        loadExpecting("'weight_map' is missing");
    }

    @Test
    void shouldRefuseOffsetsThatOverlap() throws IOException {
        final Path shard = checkpoint.resolve(FIRST);
        final byte[] bytes = Files.readAllBytes(shard);
        final int length =
                (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        final String header = new String(bytes, 8, length, java.nio.charset.StandardCharsets.UTF_8);
        final ObjectNode root = (ObjectNode) new ObjectMapper().readTree(header);
        final ObjectNode norm = (ObjectNode) root.get("model.language_model.norm.weight");
        norm.set("data_offsets", new ObjectMapper().valueToTree(new long[] {0, 512}));
        final byte[] changed = root.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        final ByteBuffer out = ByteBuffer.allocate(8 + changed.length + bytes.length - 8 - length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(changed.length).put(changed).put(bytes, 8 + length, bytes.length - 8 - length);
        Files.write(shard, out.array());
        loadExpecting(FIRST, "the offsets in the header are wrong");
    }

    @Test
    void shouldRefusePickledWeights() throws IOException {
        Files.delete(checkpoint.resolve(WeightFiles.INDEX));
        Files.write(checkpoint.resolve("pytorch_model.bin"), new byte[] {1});
        loadExpecting("has no model.safetensors", "pickled weights", "are refused");
    }
}
