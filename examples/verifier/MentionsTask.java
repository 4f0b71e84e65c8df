import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.LabelVerifier;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * An example of your own verifier. It gives accuracy and format like the built-in verifier, and `mentions`: 1 if the completion names
 * the task, else 0.
 *
 * <p>Build a JAR that contains this class and the file META-INF/services/org.mtrljudge.tasks.Verifier with the name of this class. Put
 * the JAR into a folder, set `reward.plugins` to this folder, and name the verifier in a reward set:
 *
 * <pre>
 * javac -cp 'standalone/target/lib/*' -d out examples/verifier/MentionsTask.java
 * mkdir -p out/META-INF/services plugins
 * echo MentionsTask > out/META-INF/services/org.mtrljudge.tasks.Verifier
 * jar --create --file plugins/mentions.jar -C out .
 * </pre>
 */
public final class MentionsTask implements Verifier {
    private final LabelVerifier label = new LabelVerifier();

    @Override
    public String name() {
        return "mentions-task";
    }

    @Override
    public Set<String> components() {
        return Set.of("accuracy", "format", "mentions");
    }

    @Override
    public Verification verify(final Judged completion) {
        final Verification base = label.verify(completion);
        final boolean mentions = completion.text().toLowerCase(Locale.ROOT).contains(completion.task());
        return new Verification(
                Map.of(
                        "accuracy", base.components().get("accuracy"),
                        "format", base.components().get("format"),
                        "mentions", mentions ? 1.0 : 0.0),
                base.verdict(),
                base.reason());
    }
}
