package org.mtrljudge.it;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.NullMarked;
import org.mtrljudge.schemas.KafkaClients;

/** The rooms of docs/design.md: who may know whom. */
@AnalyzeClasses(packages = "org.mtrljudge", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String SCHEMAS = "org.mtrljudge.schemas..";
    private static final String SERVICE = "org.mtrljudge.service..";
    private static final String MODEL = "org.mtrljudge.model..";
    private static final String TASKS = "org.mtrljudge.tasks..";
    private static final String ACTOR = "org.mtrljudge.actor..";
    private static final String REWARD = "org.mtrljudge.reward..";
    private static final String LEARNER = "org.mtrljudge.learner..";
    private static final String STANDALONE = "org.mtrljudge.standalone..";
    private static final String KAFKA = "org.apache.kafka..";
    private static final String DJL = "ai.djl..";

    @ArchTest
    static final ArchRule SCHEMAS_KNOW_NOTHING_OF_OURS = noClasses()
            .that()
            .resideInAPackage(SCHEMAS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SERVICE, MODEL, TASKS, ACTOR, REWARD, LEARNER, STANDALONE, DJL);

    @ArchTest
    static final ArchRule WHAT_SERVICES_SHARE_KNOWS_SCHEMAS_ALONE = noClasses()
            .that()
            .resideInAPackage(SERVICE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(MODEL, TASKS, ACTOR, REWARD, LEARNER, STANDALONE, DJL);

    @ArchTest
    static final ArchRule THE_MODEL_KNOWS_NO_KAFKA = noClasses()
            .that()
            .resideInAPackage(MODEL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KAFKA, SCHEMAS, SERVICE, TASKS, ACTOR, REWARD, LEARNER, STANDALONE);

    @ArchTest
    static final ArchRule TASKS_KNOW_NEITHER_KAFKA_NOR_DJL = noClasses()
            .that()
            .resideInAPackage(TASKS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KAFKA, DJL, SCHEMAS, SERVICE, MODEL, ACTOR, REWARD, LEARNER, STANDALONE);

    @ArchTest
    static final ArchRule ACTORS_KNOW_SCHEMAS_AND_MODEL = noClasses()
            .that()
            .resideInAPackage(ACTOR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TASKS, REWARD, LEARNER, STANDALONE);

    @ArchTest
    static final ArchRule REWARDS_KNOW_SCHEMAS_AND_TASKS = noClasses()
            .that()
            .resideInAPackage(REWARD)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(MODEL, ACTOR, LEARNER, STANDALONE, DJL);

    @ArchTest
    static final ArchRule THE_LEARNER_KNOWS_NO_OTHER_SERVICE = noClasses()
            .that()
            .resideInAPackage(LEARNER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ACTOR, REWARD, STANDALONE);

    @ArchTest
    static final ArchRule CONTROL_LOGIC_IS_FREE_OF_KAFKA_AND_DJL = noClasses()
            .that()
            .haveNameMatching(
                    ".*\\.(CreditWindow|PromptSchedule|PromptBook|PhaseTimes|GroupCounts|BatchMetrics|Evaluation|GroupScorer|AdvantageEstimator|Comparison|TaskComparison|RewardPairs|WordRuns)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KAFKA, DJL);

    @ArchTest
    static final ArchRule ONLY_THE_MODEL_TOUCHES_THE_ENGINE = noClasses()
            .that()
            .resideOutsideOfPackage(MODEL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl.pytorch..", "ai.djl.huggingface..");

    @ArchTest
    static final ArchRule ROOMS_FORM_NO_CYCLES =
            slices().matching("org.mtrljudge.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONE_CLASS_CONSTRUCTS_KAFKA_CLIENTS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(KafkaClients.class.getName())
            .should()
            .callConstructorWhere(target(owner(assignableTo(Producer.class)
                    .or(assignableTo(Consumer.class))
                    .or(assignableTo(ShareConsumer.class))
                    .or(assignableTo(Admin.class)))))
            .orShould()
            .callMethodWhere(target(name("create")).and(target(owner(assignableTo(Admin.class)))));

    @ArchTest
    static final ArchRule THE_REWARD_SERVICE_ALONE_CONSTRUCTS_KAFKA_STREAMS = noClasses()
            .that()
            .resideOutsideOfPackage(REWARD)
            .should()
            .callConstructorWhere(target(owner(assignableTo(KafkaStreams.class))));

    @ArchTest
    static final ArchRule CONSTRUCTORS_TAKE_AT_MOST_SIX_PARAMETERS = constructors()
            .that()
            .areDeclaredInClassesThat()
            .areNotRecords()
            .and()
            .areDeclaredInClassesThat()
            .areNotAssignableTo(SpecificRecordBase.class) // generated
            .should(new ArchCondition<>("take at most six parameters") {
                @Override
                public void check(final JavaConstructor constructor, final ConditionEvents events) {
                    final int count = constructor.getRawParameterTypes().size();
                    events.add(new SimpleConditionEvent(
                            constructor, count <= 6, constructor.getFullName() + " takes " + count));
                }
            });

    @ArchTest
    static final ArchRule NO_MUTABLE_STATICS = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage(SCHEMAS) // generated records
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
}
