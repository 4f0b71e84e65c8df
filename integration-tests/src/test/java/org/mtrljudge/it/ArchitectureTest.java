package org.mtrljudge.it;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules for the rooms of docs/design.md: which rooms a room may use, and how large a package may be. */
@AnalyzeClasses(packages = "org.mtrljudge", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String SETTINGS = "org.mtrljudge.settings..";
    private static final String SCHEMAS = "org.mtrljudge.schemas..";
    private static final String CLIENTS = "org.mtrljudge.schemas.topic";
    private static final String SERVICE = "org.mtrljudge.service..";
    private static final String MODEL = "org.mtrljudge.model..";
    private static final String TASKS = "org.mtrljudge.tasks..";
    private static final String ACTOR = "org.mtrljudge.actor..";
    private static final String REWARD = "org.mtrljudge.reward..";
    private static final String LEARNER = "org.mtrljudge.learner..";
    private static final String STANDALONE = "org.mtrljudge.standalone..";
    private static final String BENCH = "org.mtrljudge.standalone.bench..";
    private static final String REPLAY = "org.mtrljudge.standalone.replay..";
    private static final String EXPERIMENT = "org.mtrljudge.standalone.experiment..";
    private static final String CLI = "org.mtrljudge.cli..";
    private static final String KAFKA = "org.apache.kafka..";
    private static final String DJL = "ai.djl..";
    private static final int CLASSES_PER_PACKAGE = 20;
    private static final int LINES_PER_FILE = 300;
    private static final int CONSTRUCTOR_PARAMETERS = 6;

    @ArchTest
    static final ArchRule SETTINGS_KNOW_NOTHING_OF_OURS =
            none(SETTINGS, SCHEMAS, SERVICE, MODEL, TASKS, ACTOR, REWARD, LEARNER, STANDALONE, CLI, KAFKA, DJL);

    @ArchTest
    static final ArchRule SCHEMAS_KNOW_SETTINGS_ALONE =
            none(SCHEMAS, SERVICE, MODEL, TASKS, ACTOR, REWARD, LEARNER, STANDALONE, CLI, DJL);

    @ArchTest
    static final ArchRule WHAT_SERVICES_SHARE_KNOWS_SETTINGS_AND_SCHEMAS =
            none(SERVICE, MODEL, TASKS, ACTOR, REWARD, LEARNER, STANDALONE, CLI, DJL);

    @ArchTest
    static final ArchRule THE_MODEL_KNOWS_NO_KAFKA =
            none(MODEL, KAFKA, SCHEMAS, SERVICE, TASKS, ACTOR, REWARD, LEARNER, STANDALONE, CLI);

    @ArchTest
    static final ArchRule TASKS_KNOW_NEITHER_KAFKA_NOR_DJL =
            none(TASKS, KAFKA, DJL, SCHEMAS, SERVICE, MODEL, ACTOR, REWARD, LEARNER, STANDALONE, CLI);

    @ArchTest
    static final ArchRule ACTORS_KNOW_SCHEMAS_AND_MODEL = none(ACTOR, TASKS, REWARD, LEARNER, STANDALONE, CLI);

    @ArchTest
    static final ArchRule REWARDS_KNOW_SCHEMAS_AND_TASKS = none(REWARD, MODEL, ACTOR, LEARNER, STANDALONE, CLI, DJL);

    @ArchTest
    static final ArchRule THE_LEARNER_KNOWS_NO_OTHER_SERVICE = none(LEARNER, ACTOR, REWARD, STANDALONE, CLI);

    @ArchTest
    static final ArchRule STANDALONE_KNOWS_NO_COMMAND_LINE = none(STANDALONE, CLI);

    @ArchTest
    static final ArchRule BENCHMARKS_ARE_APART = none(BENCH, REPLAY, EXPERIMENT);

    @ArchTest
    static final ArchRule REPLAYS_ARE_APART = none(REPLAY, BENCH, EXPERIMENT);

    @ArchTest
    static final ArchRule EXPERIMENTS_ARE_APART = none(EXPERIMENT, BENCH, REPLAY);

    @ArchTest
    static final ArchRule SCHEDULES_RULES_AND_SCORES_ARE_FREE_OF_KAFKA_AND_DJL = noClasses()
            .that()
            .resideInAnyPackage(
                    "org.mtrljudge.learner.prompts",
                    "org.mtrljudge.reward.grader",
                    "org.mtrljudge.reward.rule",
                    "org.mtrljudge.reward.scoring")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KAFKA, DJL);

    @ArchTest
    static final ArchRule ALGORITHMS_ARE_FREE_OF_KAFKA = none("org.mtrljudge.learner.algorithm", KAFKA);

    @ArchTest
    static final ArchRule THE_LEARNERS_INNER_ROOMS_ARE_ITS_OWN = noClasses()
            .that()
            .resideOutsideOfPackage(LEARNER)
            .should()
            .dependOnClassesThat(describe(
                    "are in an internal package of the learner",
                    (JavaClass c) -> resideInAPackage(LEARNER).test(c)
                            && !resideInAnyPackage(
                                            "org.mtrljudge.learner",
                                            // benchmarks and pretraining train without Kafka
                                            "org.mtrljudge.learner.algorithm",
                                            "org.mtrljudge.learner.report",
                                            "org.mtrljudge.learner.settings",
                                            "org.mtrljudge.learner.audit",
                                            "org.mtrljudge.learner.event")
                                    .test(c)));

    @ArchTest
    static final ArchRule ONE_PLACE_CONSTRUCTS_KAFKA_CLIENTS = noClasses()
            .that()
            .resideOutsideOfPackage(CLIENTS)
            .should()
            .callConstructorWhere(
                    describe(
                            "it belongs to a Kafka client",
                            call -> call.getTargetOwner()
                                    .getName()
                                    .matches(
                                            "org\\.apache\\.kafka\\.clients\\.(producer|consumer)\\.Kafka(Producer|Consumer|ShareConsumer)")))
            .orShould()
            .callMethodWhere(describe(
                    "it makes an Admin",
                    call -> call.getTargetOwner().isAssignableTo(Admin.class)
                            && call.getName().equals("create")));

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_HAS_OPTIONS =
            none("org.mtrljudge..", not(resideInAPackage(CLI)), "picocli..");

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS =
            noClasses().that().resideOutsideOfPackage(CLI).should().accessField(System.class, "out");

    @ArchTest
    static final ArchRule ONLY_THE_MODEL_TOUCHES_THE_ENGINE =
            none("org.mtrljudge..", not(resideInAPackage(MODEL)), "ai.djl.pytorch..", "ai.djl.huggingface..");

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLES =
            slices().matching("org.mtrljudge.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CONSTRUCTORS_TAKE_FEW_PARAMETERS = classes()
            .that(describe("are neither records nor generated", c -> !c.isRecord() && !isGenerated(c)))
            .should(new ArchCondition<JavaClass>("have constructors of at most 6 parameters") {
                @Override
                public void check(final JavaClass type, final ConditionEvents events) {
                    for (final JavaConstructor constructor : type.getConstructors()) {
                        final int own = constructor.getRawParameterTypes().size()
                                - (type.isEnum() ? 2 : type.isInnerClass() ? 1 : 0);
                        events.add(new SimpleConditionEvent(
                                constructor, own <= CONSTRUCTOR_PARAMETERS, constructor.getFullName() + ": " + own));
                    }
                }
            });

    @ArchTest
    static void packagesAreSmall(final JavaClasses all) {
        final Map<String, Long> large = all.stream()
                .filter(c -> c.isTopLevelClass()
                        && !isGenerated(c)
                        && !c.getSimpleName().equals("package-info")
                        && !resideInAPackage(CLI).test(c))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));
        large.values().removeIf(count -> count <= CLASSES_PER_PACKAGE);
        assertThat(large)
                .as("packages of more than %d classes", CLASSES_PER_PACKAGE)
                .isEmpty();
    }

    @Test
    void shouldHaveNoLongFiles() throws IOException {
        try (Stream<Path> files = Files.find(
                Path.of(".."), 20, (path, attributes) -> path.toString().matches("\\.\\./[^/]+/src/.*\\.java"))) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readAllLines(file))
                            .as(file.toString())
                            .hasSizeLessThanOrEqualTo(LINES_PER_FILE));
        }
    }

    @ArchTest
    static final ArchRule NO_MUTABLE_STATICS = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat(not(describe("are generated", ArchitectureTest::isGenerated)))
            .should()
            .beFinal();

    @ArchTest
    static final ArchRule PACKAGES_ARE_NULL_MARKED = classes()
            .that()
            .haveSimpleName("package-info")
            .and()
            .resideInAPackage("org.mtrljudge..")
            .should()
            .beAnnotatedWith(NullMarked.class);

    private static ArchRule none(final String room, final String... others) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others);
    }

    private static ArchRule none(
            final String room,
            final com.tngtech.archunit.base.DescribedPredicate<JavaClass> which,
            final String... others) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .and(which)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others);
    }

    /** Whether a type is a generated Avro record or enum, or is nested in one. */
    private static boolean isGenerated(final JavaClass type) {
        final JavaClass top = type.getEnclosingClass().orElse(type);
        // Micronaut's definitions of beans begin with a dollar
        return type.getName().contains(".$")
                || top.isAssignableTo(SpecificRecordBase.class)
                || top.isAnnotatedWith("org.apache.avro.specific.AvroGenerated");
    }
}
