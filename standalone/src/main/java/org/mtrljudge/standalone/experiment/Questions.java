package org.mtrljudge.standalone.experiment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** The examples of a split without their images, by id and in order, to compare with the answers in a log. */
final class Questions {
    /** One example. */
    record Question(
            String id,
            String task,
            String reference,
            List<String> labels,
            @Nullable String pairId) {}

    private final Map<String, Question> byId = new HashMap<>();
    private final Map<String, List<Question>> byTask = new LinkedHashMap<>();

    Questions(final ExampleSource source, final Split split) {
        for (final String task : source.tasks(split)) {
            final List<Question> own = new ArrayList<>();
            for (int i = 0; i < source.size(task, split); i++) {
                final JudgeExample example = source.example(task, split, i);
                own.add(new Question(example.id(), task, example.answer(), example.labels(), example.pairId()));
            }
            own.forEach(question -> byId.put(question.id, question));
            byTask.put(task, own);
        }
    }

    @Nullable
    Question named(final String id) {
        return byId.get(id);
    }

    /** The examples per task, in the order of the split. */
    Map<String, List<Question>> byTask() {
        return byTask;
    }
}
