package org.mtrljudge.tasks.published;

import java.util.List;
import org.mtrljudge.tasks.verdict.Score;

/**
 * ELPV: how likely is a defect of a solar cell in an electroluminescence image? {@code labels.csv} has no header: the path of the image,
 * the probability of a defect (0, 1/3, 2/3 or 1) and the type of the module (mono or poly). A quarter of the 2,624 cells is for the test,
 * as in arXiv 1807.02894; a tenth of the others is for validation. The file does not name modules: cells of one module can be in several
 * splits. The licence is CC-BY-NC-SA-4.0: the set is for non-commercial use.
 */
final class Elpv implements PublishedSet {
    private static final String PATH = "path";
    private static final String PROBABILITY = "probability";
    // a sixth, rounded down: a score is right where its nearest probability is, and 1/2 is not
    private static final Score SCALE = new Score(0, 1, false, 0.166);

    @Override
    public String name() {
        return "elpv";
    }

    @Override
    public Sizes sizes() {
        return new Sizes(1771, 197, 656);
    }

    @Override
    public List<String> columnsWithoutHeader() {
        return List.of(PATH, PROBABILITY, "type");
    }

    @Override
    public String group(final Row row) {
        return row.text(PATH);
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        return List.of(Prepared.score(
                name(), Prepared.prompt(name(), ""), row.picture(PATH), SCALE, row, PROBABILITY, group(row)));
    }
}
