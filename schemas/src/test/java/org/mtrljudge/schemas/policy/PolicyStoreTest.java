package org.mtrljudge.schemas.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.io.Sha256;

class PolicyStoreTest {
    private static final byte[] IMAGE = "the weights".getBytes(StandardCharsets.UTF_8);
    private static final String DIGEST = Sha256.of(ByteBuffer.wrap(IMAGE));
    private static final String NAME = "run-policy-7.safetensors";

    @TempDir
    private Path folder;

    private FakeBucket bucket;
    private PolicyStore files;
    private PolicyStore objects;

    @BeforeEach
    void open() throws IOException {
        bucket = new FakeBucket();
        files = PolicyStore.at(folder.resolve("policies").toUri().toString());
        objects = new S3PolicyStore("s3://bucket/policies/", bucket.client());
    }

    @AfterEach
    void close() throws Exception {
        files.close();
        objects.close();
        bucket.close();
    }

    private static void write(final WritableByteChannel out) throws IOException {
        out.write(ByteBuffer.wrap(IMAGE, 0, 3));
        out.write(ByteBuffer.wrap(IMAGE, 3, IMAGE.length - 3));
    }

    private static void writeOther(final WritableByteChannel out) throws IOException {
        out.write(ByteBuffer.wrap("other".getBytes(StandardCharsets.UTF_8)));
    }

    private static void fail(final WritableByteChannel out) throws IOException {
        write(out);
        throw new IOException("the device is gone");
    }

    private void shouldKeep(final PolicyStore store) throws IOException {
        final PolicyStore.Stored stored = store.put(NAME, PolicyStoreTest::write);
        assertThat(stored.sha256()).isEqualTo(DIGEST);
        assertThat(stored.bytes()).isEqualTo(IMAGE.length);
        assertThat(stored.uri()).endsWith("/run-policy-7-" + DIGEST + ".safetensors");
        final Path file = store.fetch(stored.uri(), folder);
        assertThat(file).hasBinaryContent(IMAGE);
        assertThat(Sha256.of(file)).isEqualTo(stored.sha256());
        store.delete(stored.uri());
        assertThatThrownBy(() -> store.fetch(stored.uri(), folder)).isInstanceOf(IOException.class);
        // the image is already deleted: a second deletion does nothing
        store.delete(stored.uri());
    }

    @Test
    void shouldKeepPoliciesInAFolder() throws IOException {
        shouldKeep(files);
        files.put("again", PolicyStoreTest::write);
        assertThat(folder.resolve("policies"))
                .isDirectoryContaining("glob:**/again-" + DIGEST)
                .isDirectoryNotContaining("glob:**.unfinished");
    }

    @Test
    void shouldKeepPoliciesInABucket() throws IOException {
        shouldKeep(objects);
        objects.put("kept", PolicyStoreTest::write);
        assertThat(bucket.objects).containsOnlyKeys("/bucket/policies/kept-" + DIGEST);
        assertThatThrownBy(() -> objects.fetch("s3://bucket/elsewhere", folder)).hasMessageContaining("outside");
    }

    /** A learner that another learner has replaced stores its weights before it learns that it may not publish them. */
    @Test
    void shouldNotOverwriteTheSameVersionOfAnotherLearner() throws IOException {
        for (final PolicyStore store : new PolicyStore[] {files, objects}) {
            final PolicyStore.Stored live = store.put(NAME, PolicyStoreTest::write);
            final PolicyStore.Stored replaced = store.put(NAME, PolicyStoreTest::writeOther);
            assertThat(replaced.uri()).isNotEqualTo(live.uri());
            assertThat(store.fetch(live.uri(), folder)).hasBinaryContent(IMAGE);
        }
    }

    @Test
    void shouldUploadALargePolicyInParts() throws IOException {
        try (PolicyStore inParts = new S3PolicyStore("s3://bucket/policies/", bucket.client(), 4)) {
            final PolicyStore.Stored stored = inParts.put(NAME, PolicyStoreTest::write);
            assertThat(bucket.objects.values()).containsExactly(IMAGE);
            // 11 bytes in parts of 4
            assertThat(bucket.requests)
                    .extracting(request -> request.replace("&", " ")
                            .replaceAll("x-id=\\S+", "")
                            .strip())
                    .containsExactly(
                            "POST uploads",
                            "PUT partNumber=1 uploadId=u1",
                            "PUT partNumber=2 uploadId=u1",
                            "PUT partNumber=3 uploadId=u1",
                            "POST uploadId=u1");
            assertThat(inParts.fetch(stored.uri(), folder)).hasBinaryContent(IMAGE);
        }
    }

    @Test
    void shouldLeaveNothingOfAnUploadThatFailed() throws IOException {
        try (PolicyStore inParts = new S3PolicyStore("s3://bucket/policies/", bucket.client(), 4)) {
            final int[] readings = {0};
            assertThatThrownBy(() -> inParts.put(NAME, out -> {
                        if (++readings[0] == 1) {
                            write(out);
                        } else {
                            fail(out);
                        }
                    }))
                    .hasMessage("the device is gone");
            assertThatThrownBy(() -> inParts.put(NAME, out -> {
                        if (++readings[0] % 2 == 1) {
                            write(out);
                        } else {
                            writeOther(out);
                        }
                    }))
                    .hasMessageContaining("has changed while it was stored");
        }
        assertThat(bucket.parts).isEmpty();
        assertThat(bucket.objects).isEmpty();
        assertThatThrownBy(() -> files.put(NAME, PolicyStoreTest::fail)).hasMessage("the device is gone");
        assertThat(folder.resolve("policies")).isEmptyDirectory();
    }

    @Test
    void shouldDeleteTheUnfinishedFilesOfKilledLearnersAndOfNoOthers() throws IOException {
        final Path store = Files.createDirectories(folder.resolve("policies"));
        final Path old = Files.createFile(store.resolve("a.safetensors-1.unfinished"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        final Path running = Files.createFile(store.resolve("b.safetensors-1.unfinished"));
        files.put(NAME, PolicyStoreTest::write);
        assertThat(old).doesNotExist();
        assertThat(running).exists();
    }

    /** Two learners clean at the same time, or the leftover is another user's: that is no reason to end a run. */
    @Test
    void shouldStoreAPolicyWhereALeftoverCannotBeDeleted() throws IOException {
        final Path store = Files.createDirectories(folder.resolve("policies"));
        final FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
        // a file that is gone when it is looked at
        Files.createSymbolicLink(store.resolve("a.unfinished"), folder.resolve("gone"));
        // cannot be deleted, because it is not empty
        final Path refused = store.resolve("b.unfinished");
        Files.createFile(Files.createDirectory(refused).resolve("file"));
        Files.setLastModifiedTime(refused, longAgo);
        final Path old = Files.createFile(store.resolve("c.unfinished"));
        Files.setLastModifiedTime(old, longAgo);

        final PolicyStore.Stored stored = files.put(NAME, PolicyStoreTest::write);
        assertThat(files.fetch(stored.uri(), folder)).hasBinaryContent(IMAGE);
        assertThat(refused).isDirectory();
        assertThat(old).doesNotExist();
    }

    @Test
    void shouldDeleteTheCopiesOfKilledActorsAndOfNoOthers() throws Exception {
        final Process ended = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
                .start();
        ended.waitFor();
        final Path left = Files.createFile(folder.resolve("judge-policy-" + ended.pid() + "-x.safetensors"));
        final long parent = ProcessHandle.current().parent().orElseThrow().pid();
        final Path living = Files.createFile(folder.resolve("judge-policy-" + parent + "-x.safetensors"));
        final long own = ProcessHandle.current().pid();
        final Path earlier = Files.createFile(folder.resolve("judge-policy-" + own + "-x.safetensors"));
        Files.setLastModifiedTime(earlier, FileTime.from(Instant.EPOCH));

        final PolicyStore.Stored stored = objects.put(NAME, PolicyStoreTest::write);
        final Path first = objects.fetch(stored.uri(), folder);
        final Path second = objects.fetch(stored.uri(), folder);
        assertThat(left).doesNotExist();
        assertThat(earlier).doesNotExist();
        assertThat(living).exists();
        assertThat(first).exists();
        assertThat(second).exists();
    }

    @Test
    void shouldReadAndDeleteNothingOutsideItsPlace() throws IOException {
        final Path secret = Files.write(folder.resolve("secret"), IMAGE);
        assertThatThrownBy(() -> files.fetch(secret.toUri().toString(), folder)).hasMessageContaining("outside");
        assertThatThrownBy(() -> files.fetch(folder.toUri() + "policies/../secret", folder))
                .hasMessageContaining("outside");
        assertThatThrownBy(() -> files.delete("s3://bucket/key")).hasMessageContaining("not a file of");
        assertThatThrownBy(() -> PolicyStore.at("http://somewhere/")).hasMessageContaining("not a place for policies");
    }
}
