# One image for the three services and the command line. The first argument chooses: actor, reward, learner, or a ./judge command.
#   docker build -t mt-rl-judge .
#   docker build -t mt-rl-judge:cuda --build-arg VARIANT=cuda --build-arg BASE_IMAGE=IMAGE_WITH_CUDA_AND_LIBTORCH .
# BUILD=local copies the results of ./mvnw package from cli/target; nothing is built in the image.

ARG BASE_IMAGE=eclipse-temurin:21-jre
ARG BUILD_IMAGE=eclipse-temurin:21-jdk
ARG BUILD=maven
ARG VARIANT=cpu

FROM ${BUILD_IMAGE} AS built-maven
ARG VARIANT
WORKDIR /src
COPY . .
RUN ./mvnw -B -q ${VARIANT:+-P$VARIANT} -DskipTests -Dspotless.check.skip=true package

FROM ${BASE_IMAGE} AS built-local
COPY cli/target/cli-*.jar /src/cli/target/
COPY cli/target/lib /src/cli/target/lib

FROM built-${BUILD} AS built
WORKDIR /image
# libraries, which change rarely, and our own JARs, which change with every build, go into different layers
RUN mkdir lib own && cp /src/cli/target/lib/*.jar lib/ \
    && for room in settings schemas service judge-model judge-tasks actor-service reward-service learner-service standalone; do \
         mv lib/$room-[0-9]*.jar own/; done \
    && cp /src/cli/target/cli-*.jar own/

FROM ${BASE_IMAGE} AS natives-cpu
COPY --from=built /image/lib /opt/judge/lib
COPY --from=built /image/own/settings-*.jar /image/own/judge-model-*.jar /opt/judge/own/
# unpacks libtorch into the image, so that containers need not unpack it at each start
RUN DJL_CACHE_DIR=/opt/judge/djl java -Dai.djl.offline=true -cp "/opt/judge/own/*:/opt/judge/lib/*" org.mtrljudge.model.NativeLibraries \
    # the files are readable by any user; with equal times, the same files always give the same layer
    && chmod -R a+rX /opt/judge/djl && find /opt/judge/djl -exec touch -h -d @0 {} +

FROM ${BASE_IMAGE} AS natives-cuda
# libtorch is the base image's own, see PYTORCH_LIBRARY_PATH in docs/models.md
RUN mkdir -p /opt/judge/djl

FROM natives-${VARIANT} AS natives

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="MT-RL-Judge on Kafka" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=built /image/lib /opt/judge/lib
COPY --from=natives /opt/judge/djl /opt/judge/djl
COPY docker/entrypoint docker/healthy /opt/judge/bin/
COPY --from=built /image/own /opt/judge/own
# the folder of results and state, writable by any user
RUN mkdir /runs && chmod 1777 /runs
USER 10001:10001
# only /tmp and /runs are written to, so the rest of the file system can be read-only
WORKDIR /tmp
ENV DJL_CACHE_DIR=/opt/judge/djl JUDGE_RUNS=/runs JUDGE_HTTP_HOST=0.0.0.0 MALLOC_ARENA_MAX=2 THP_MEM_ALLOC_ENABLE=1
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD ["/opt/judge/bin/healthy"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/judge/bin/entrypoint"]
CMD ["help"]
