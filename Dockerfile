# geplint alone in an image: a static program, no shell, no privileges.
#
#   docker build -t geplint .
#   docker run --rm -v "$PWD:/payloads:ro" geplint check
#
# CI does not build the image, since it has no container engine; it checks this file with hadolint. .ci/packages builds geplint for
# the same target (x86_64-unknown-linux-musl) and starts it in a root with no other file. packaging/image has the image of a release.
# `--changed` needs git, which is not in the image.
FROM rust:1.95-alpine AS build
# The C start files for linking a static program; they come from the image's own release.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /build
COPY . .
RUN cargo build --locked --profile dist --bin geplint --features full

FROM scratch
COPY --from=build /build/target/dist/geplint /geplint
# An unprivileged user.
USER 65532:65532
WORKDIR /payloads
ENTRYPOINT ["/geplint"]
CMD ["--help"]
