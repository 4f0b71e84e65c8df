package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.stream.IntStream;
import org.mtrljudge.tasks.PromptTemplate;

/** AGIN: mean opinion scores of generated images. Columns: {@code filename, MOS_nat, MOS_tech, MOS_rat}. A row gives three tasks. */
final class Agin implements PublishedSet {
    private static final List<String> COLUMNS = List.of("MOS_nat", "MOS_tech", "MOS_rat");
    private static final List<String> TASKS = List.of("agin-nat", "agin-tech", "agin-rat");

    @Override
    public String name() {
        return "agin";
    }

    @Override
    public Sizes sizes() {
        return new Sizes(4839, 605, 605);
    }

    @Override
    public List<String> gradedColumns() {
        return COLUMNS;
    }

    @Override
    public String group(final Row row) {
        return row.text("filename");
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        return IntStream.range(0, TASKS.size())
                .mapToObj(i -> Prepared.yesNo(
                        TASKS.get(i),
                        PromptTemplate.resource(TASKS.get(i)).fill(""),
                        row.picture("filename"),
                        choices.isHigh(i, row.number(COLUMNS.get(i))),
                        group(row),
                        row.number(COLUMNS.get(i))))
                .toList();
    }
}
