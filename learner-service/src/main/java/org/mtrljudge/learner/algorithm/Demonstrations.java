package org.mtrljudge.learner.algorithm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.SftSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.ImagePatches;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Rubric;

/** Batches of demonstrations from the training split. The tasks take turns; the order depends on a seed. */
final class Demonstrations {
    /** The maximum size of encoded demonstrations in the cache, in bytes. A small set of demonstrations is read many times. */
    private static final long CACHED_BYTES = 64L << 20;

    /** Roughly what a position of a prompt takes besides its picture: an id and three rotary positions. */
    private static final long POSITION_BYTES = 4L * Integer.BYTES;

    private record Place(String task, int index) {}

    private static final int MAX_REDRAWN = 100;

    private final ExampleSource source;
    private final JudgeModel model;
    private final SftSettings settings;
    private final SplittableRandom random;
    private final Map<Place, PackedGroup> encoded = new HashMap<>();
    private final Map<Place, String> bad = new ConcurrentHashMap<>();
    private final Consumer<String> warnings;
    private long cachedBytes;
    private int drawn;

    /** @param warnings receives one message per demonstration that the model cannot read; such demonstrations are left out */
    Demonstrations(
            final ExampleSource source,
            final JudgeModel model,
            final SftSettings settings,
            final long seed,
            final Consumer<String> warnings) {
        this.source = source;
        this.model = model;
        this.settings = settings;
        this.random = new SplittableRandom(seed);
        this.warnings = warnings;
    }

    private List<Place> draw(final int size) {
        final List<String> tasks = source.tasks(Split.TRAIN);
        final List<Place> places = new ArrayList<>();
        while (places.size() < size) {
            places.add(drawOf(tasks.get(drawn++ % tasks.size())));
        }
        return places;
    }

    /** A demonstration that training uses, if one is found. */
    private Place drawOf(final String task) {
        final int among = Math.min(settings.demosPerTask(), source.size(task, Split.TRAIN));
        int index = random.nextInt(among);
        for (int again = 0; again < MAX_REDRAWN && !source.fits(task, Split.TRAIN, index); again++) {
            index = random.nextInt(among);
        }
        return new Place(task, index);
    }

    /** Skips the batches that were learned before a restart. */
    void pass(final int batches, final int size) {
        for (int i = 0; i < batches; i++) {
            draw(size);
        }
    }

    /**
     * The next batch, without the demonstrations that the model cannot read.
     *
     * @throws LearnerException when no demonstration of the batch can be read
     */
    List<PackedGroup> next(final int size) {
        final List<Place> places = draw(size);
        final List<Optional<PackedGroup>> read =
                places.parallelStream().map(this::encodedAt).toList();
        final List<PackedGroup> batch = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            final Place place = places.get(i);
            read.get(i).ifPresent(demonstration -> {
                batch.add(demonstration);
                cache(place, demonstration);
            });
        }
        if (batch.isEmpty()) {
            throw new LearnerException("none of the " + size + " demonstrations of a batch can be read ("
                    + bad.get(places.get(0)) + "): ./judge data check names all examples that cannot be read");
        }
        return batch;
    }

    private void cache(final Place place, final PackedGroup demonstration) {
        final long bytes = demonstration.positions() * POSITION_BYTES
                + demonstration.prompt().images().stream()
                        .mapToLong(ImagePatches::fileBytes)
                        .sum();
        if (cachedBytes + bytes <= CACHED_BYTES && encoded.put(place, demonstration) == null) {
            cachedBytes += bytes;
        }
    }

    private Optional<PackedGroup> encodedAt(final Place place) {
        final PackedGroup known = encoded.get(place);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            return Optional.of(encode(place.task(), place.index()));
        } catch (final DataException | ModelException e) {
            if (bad.put(place, String.valueOf(e.getMessage())) == null) {
                warnings.accept("a demonstration of task " + place.task() + " is left out: " + e.getMessage());
            }
            return Optional.empty();
        }
    }

    private PackedGroup encode(final String task, final int index) {
        final JudgeExample example = source.example(task, Split.TRAIN, index);
        return new PackedGroup(
                model.encode(example.system(), example.prompt(), example.pictures(), example.id()),
                List.of(model.encodeCompletion(text(example, settings.labelOnly()))));
    }

    /**
     * The text that the model has to learn to say. It is the verdict alone where the data has no demonstration.
     *
     * @throws DataException when the right verdict is none that a judge may give, as a mean where whole numbers are wanted
     */
    static String text(final JudgeExample example, final boolean labelOnly) {
        if (!labelOnly && example.demonstration() != null) {
            return example.demonstration();
        }
        // a label stays as the data writes it
        if (example.verdictType().labels().contains(example.answer()) && !(example.verdictType() instanceof Rubric)) {
            return example.reading().written(example.answer());
        }
        final String verdict = example.verdictType().read(example.answer());
        if (verdict == null) {
            throw new DataException("the right answer of " + example.id() + ", '" + example.answer()
                    + "', cannot be learned as a verdict, which is "
                    + example.verdictType().allowed());
        }
        return example.reading().written(verdict);
    }
}
