package org.mtrljudge.model.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.weights.Safetensors;
import org.mtrljudge.model.weights.Weights;
import org.mtrljudge.settings.io.Mappers;

/** The weights of a checkpoint folder: one safetensors file, or several shards that an index lists. */
final class WeightFiles {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    /** The size up to which a file with weights grows, as in published checkpoints. */
    static final long MAX_FILE_BYTES = 5_000_000_000L;

    private WeightFiles() {}

    /**
     * Reads all tensors. Names and shapes are checked before memory is allocated.
     *
     * @throws ModelException when the weights are missing or wrong. The message names the file and the tensor
     */
    static SortedMap<String, Safetensors.Tensor> read(final Path folder, final SortedMap<String, Shape> expected) {
        final Path index = folder.resolve(INDEX);
        if (Files.isRegularFile(index)) {
            final SortedMap<String, Safetensors.Tensor> all = shards(folder, index);
            Safetensors.check(all, expected, index);
            return all;
        }
        final Path single = folder.resolve(SINGLE);
        if (!Files.isRegularFile(single)) {
            throw new ModelException(folder + " is not a checkpoint folder: it has no " + SINGLE + " and no " + INDEX
                    + (hasPickle(folder)
                            ? "; pickled weights (.bin, .pt, .pth) are refused: convert them to safetensors"
                            : ""));
        }
        final SortedMap<String, Safetensors.Tensor> all = Safetensors.read(single);
        Safetensors.check(all, expected, single);
        return all;
    }

    private static SortedMap<String, Safetensors.Tensor> shards(final Path folder, final Path index) {
        final Map<String, String> shardOf = weightMap(index);
        final SortedMap<String, Safetensors.Tensor> all = new TreeMap<>();
        for (final String shard : new TreeSet<>(shardOf.values())) {
            final Path named = CheckpointFiles.path(shard, index);
            if (shard.isEmpty() || !named.equals(named.getFileName()) || shard.equals("..")) {
                throw new ModelException(
                        index + " names '" + shard + "', which is not a file in the folder of the index");
            }
            final Path file = folder.resolve(named);
            if (!Files.isRegularFile(file)) {
                throw new ModelException(index + " names the shard " + shard + ", which is missing: copy it too");
            }
            Safetensors.read(file).forEach((name, tensor) -> {
                if (!shard.equals(shardOf.get(name))) {
                    throw new ModelException(file + ": tensor '" + name + "' is in this file, but " + INDEX + " names "
                            + shardOf.get(name));
                }
                all.put(name, tensor);
            });
        }
        return all;
    }

    private static Map<String, String> weightMap(final Path index) {
        final JsonNode map = CheckpointFiles.json(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new ModelException(index + ": the key 'weight_map' is missing or empty");
        }
        final Map<String, String> shardOf = new TreeMap<>();
        map.properties().forEach(e -> shardOf.put(e.getKey(), e.getValue().asText()));
        return shardOf;
    }

    /**
     * Writes weights into a new folder: one file where they fit, otherwise shards and their index. A tensor is never divided.
     *
     * @param type the number type in the files
     * @param maxFileBytes the size of a file, exceeded only by a tensor that is larger
     */
    static void write(final NewFolder made, final Weights weights, final WeightType type, final long maxFileBytes)
            throws IOException {
        final List<Set<String>> shards = divided(weights, type, maxFileBytes);
        if (shards.size() <= 1) {
            made.write(SINGLE, out -> weights.writeTo(out, type));
            return;
        }
        final ObjectNode index = Mappers.JSON.createObjectNode();
        index.putObject("metadata").put("total_size", weights.parameterCount() * type.bytes());
        final ObjectNode shardOf = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            final Set<String> names = shards.get(i);
            final String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            names.forEach(name -> shardOf.put(name, file));
            made.write(file, out -> weights.writeTo(out, type, names));
        }
        made.write(INDEX, Mappers.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index));
    }

    private static List<Set<String>> divided(final Weights weights, final WeightType type, final long maxFileBytes) {
        final List<Set<String>> shards = new ArrayList<>();
        long left = 0;
        for (final Map.Entry<String, NDArray> entry : weights.tensors().entrySet()) {
            final long bytes = entry.getValue().size() * type.bytes();
            if (shards.isEmpty() || bytes > left) {
                shards.add(new TreeSet<>());
                left = maxFileBytes;
            }
            shards.get(shards.size() - 1).add(entry.getKey());
            left -= bytes;
        }
        return shards;
    }

    private static boolean hasPickle(final Path folder) {
        try (var entries = Files.newDirectoryStream(folder, "*.{bin,pt,pth}")) {
            return entries.iterator().hasNext();
        } catch (final IOException e) {
            return false;
        }
    }
}
