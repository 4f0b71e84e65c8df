package org.mtrljudge.standalone.rollouts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.run.Origin;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.published.Rows;

/**
 * Makes a run of files with rollouts, so that a replay can score them: dumps of verl or TRL, or what {@link RolloutExport} wrote.
 *
 * @param dump a file, or a folder of files
 * @param pictures the folder that paths of pictures start from
 */
public record RolloutImport(Path dump, Path pictures, DumpReading reading) {
    /** The run is made here, and moved when it is whole. */
    private static final String UNFINISHED = ".importing";

    /**
     * @param groups the number of groups
     * @param scored how many of them have scores
     */
    public record Outcome(long groups, long scored) {}

    /**
     * @param runs where runs are kept
     * @param run the name of the new run
     * @throws UsageException when there is such a run
     * @throws DataException that names the row and what is wrong in it. Then there is no run
     */
    public Outcome into(final Path runs, final String run, final RunSettings settings) {
        final Path whole = RunDirectory.absent(runs, run);
        final Path unfinished = runs.resolve(UNFINISHED);
        if (!Files.exists(dump)) {
            throw new UsageException("there is no file or folder " + dump);
        }
        if (EmbeddedBroker.isInUse(unfinished.resolve(run).resolve("kafka"))) {
            throw new UsageException("another import makes the run " + whole + " now: choose another name with --run");
        }
        try {
            Folders.delete(unfinished.resolve(run));
            final RunDirectory directory = RunDirectory.create(unfinished, run, bytes());
            try {
                final Outcome outcome = fill(directory, settings);
                Files.move(directory.path(), whole, StandardCopyOption.ATOMIC_MOVE);
                return outcome;
            } finally {
                Folders.delete(directory.path());
            }
        } catch (final IOException e) {
            throw new RunException("the run " + whole + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** The log takes about as much as JSON does, and Parquet has packed it. */
    private long bytes() throws IOException {
        long bytes = 0;
        for (final Path file : Rows.files(dump)) {
            bytes += 2 * Files.size(file);
        }
        return bytes;
    }

    private Outcome fill(final RunDirectory directory, final RunSettings settings) {
        directory.write("settings.yaml", settings.tree().write());
        directory.writeOrigin(Origin.imported(dump.toString()));
        try (EmbeddedBroker broker =
                EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()))) {
            final KafkaClients clients = broker.clients(settings.connections().topics(directory.run()));
            broker.prepare(clients.topics());
            checkEmpty(clients);
            try (LogWriter log = new LogWriter(clients)) {
                read(log, new OwnRows(new ImageStore(pictures), directory.path()), rewards());
                log.finish();
                return new Outcome(log.groups(), log.scored());
            }
        }
    }

    /** A broker of its own is new; another may have had a run of this name. */
    private static void checkEmpty(final KafkaClients clients) {
        try (TopicScan<RolloutGroup> rollouts = clients.scan(clients.topics().rollouts())) {
            if (!rollouts.done()) {
                throw new UsageException("the topic "
                        + clients.topics().rollouts().name() + " has rollouts already: choose another name with --run");
            }
        }
    }

    /** The files in the order of their steps, which are numbers: 2.jsonl is before 10.jsonl. */
    private List<Path> files() {
        return Rows.files(dump).stream()
                .sorted(Comparator.comparingInt((Path file) -> file.toString().length())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /**
     * The columns of other trainers' dumps whose sum is the reward. They are those of all files: a column that a file has not is missing
     * there.
     *
     * @throws DataException when a named column has no number anywhere
     */
    private Set<String> rewards() {
        final Set<String> numbered = new TreeSet<>();
        for (final Path file : files()) {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
                throw new DataException(file + " has texts alone, no numbers: give JSON lines or Parquet");
            }
            Rows.each(file, row -> {
                if (!OwnRows.has(row)) {
                    numbered.addAll(PeerRows.numbered(row, reading));
                }
            });
        }
        if (!numbered.containsAll(reading.rewards())) {
            throw new DataException(
                    "--rewards names " + reading.rewards() + ", but the columns with numbers are " + numbered);
        }
        return reading.rewards().isEmpty() ? numbered : reading.rewards();
    }

    private void read(final LogWriter log, final OwnRows own, final Set<String> rewards) {
        for (final Path file : files()) {
            final PeerRows peers = new PeerRows(reading, rewards);
            Rows.each(file, row -> {
                if (OwnRows.has(row)) {
                    log.write(own.read(row));
                } else {
                    peers.add(row);
                }
            });
            peers.forEach(log::write);
        }
    }
}
