# The gateway in an image that holds it, the C library and certificates, and nothing else: docs/deploy.md
FROM node:24-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# what the binary calls itself: docker build --build-arg COMMIT=$(git rev-parse HEAD)
ARG COMMIT=unknown
RUN make build COMMIT=$COMMIT && deploy/rootfs.sh dist/meltica /rootfs

FROM scratch
COPY --from=build /rootfs/ /
ENV PATH=/usr/local/bin \
    MELTICA_LISTEN=0.0.0.0:8880 \
    MELTICA_TOKENS=/data/tokens.yaml \
    MELTICA_DATA=/data/data \
    MELTICA_STRATEGIES=/data/strategies
WORKDIR /data
USER 65532:65532
VOLUME /data
EXPOSE 8880
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["meltica", "health"]
ENTRYPOINT ["/usr/local/bin/meltica"]
CMD ["serve"]
