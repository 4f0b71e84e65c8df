package org.mtrljudge.standalone.bench;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.service.ResidentMemory;
import org.mtrljudge.settings.io.Mappers;

/** One measurement of {@code ./judge bench model} in a separate process: loads a checkpoint, or reads its file. */
public final class LoadBench {
    private static final long PIECE = 256 << 20;

    private LoadBench() {}

    /** @param peakBytes the peak memory of the process minus its memory before the measurement */
    record Figure(double seconds, long peakBytes) {}

    /**
     * @param what load: loads the checkpoint; touch: loads it and sums all weights; into: reads the file into memory of the same size;
     *     over: reads the file through one small buffer
     */
    static Figure inProcess(final String what, final Path checkpoint) throws IOException {
        final JsonNode figure = BenchProcess.figures(LoadBench.class, "256m", List.of(what, checkpoint.toString()));
        return new Figure(
                figure.get("seconds").asDouble(), figure.get("peak_bytes").asLong());
    }

    /** Runs in the separate process. Arguments: the measurement, the folder of the checkpoint, the file for the figure. */
    public static void main(final String[] args) throws IOException {
        final Path checkpoint = Path.of(args[1]);
        // loads libtorch before the clock starts
        try (NDManager warm = NDManager.newBaseManager("PyTorch")) {
            warm.create(1f).add(1);
        }
        JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY)).close();
        final long before = ResidentMemory.bytes();
        ResidentMemory.forgetPeak();
        final long start = System.nanoTime();
        final double seconds = switch (args[0]) {
            case "load", "touch" -> {
                try (JudgeModel model = JudgeModel.load(JudgeFolder.open(checkpoint))) {
                    if (args[0].equals("touch")) {
                        model.policy().tensors().values().forEach(t -> t.sum().close());
                    }
                    yield (System.nanoTime() - start) / 1e9;
                }
            }
            case "into" -> readInto(checkpoint.resolve("model.safetensors"), start);
            default -> readOver(checkpoint.resolve("model.safetensors"), start);
        };
        Mappers.JSON.writeValue(
                Path.of(args[2]).toFile(),
                Map.of("seconds", seconds, "peak_bytes", ResidentMemory.peakBytes() - before));
    }

    private static double readOver(final Path file, final long start) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel in = FileChannel.open(file)) {
            while (in.read(buffer.clear()) >= 0) {}
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static double readInto(final Path file, final long start) throws IOException {
        try (FileChannel in = FileChannel.open(file);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            for (long at = 0; at < in.size(); at += PIECE) {
                final Shape size = new Shape(Math.min(PIECE, in.size() - at));
                final ByteBuffer piece = scope.create(size, DataType.UINT8).toByteBuffer(true);
                while (piece.hasRemaining()) {
                    in.read(piece);
                }
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
