package org.mtrljudge.tasks.published;

import java.util.List;
import org.mtrljudge.tasks.PromptTemplate;

/** GenAI-Bench: votes of people between two images. Columns: {@code prompt, left_image, right_image, vote_type}. Ties are left out. */
final class GenAiBench implements PublishedSet {
    @Override
    public String name() {
        return "genai-bench";
    }

    @Override
    public Sizes sizes() {
        return Sizes.TEST_ONLY;
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        final String vote = row.text("vote_type");
        if (vote.equals("tievote") || vote.equals("bothbad_vote")) {
            return List.of();
        }
        if (!vote.equals("leftvote") && !vote.equals("rightvote")) {
            throw row.wrong("has the vote_type '" + vote
                    + "', but the votes of GenAI-Bench are leftvote, rightvote, tievote and bothbad_vote");
        }
        final boolean left = vote.equals("leftvote");
        final String prompt = PromptTemplate.resource(name()).fill(row.text("prompt"));
        return Prepared.bothOrders(
                name(), prompt, row.picture("left_image"), row.picture("right_image"), left, group(row));
    }
}
