# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS panel
WORKDIR /web
COPY web .
RUN --mount=type=cache,target=/root/.npm npm ci --silent && npm run build --silent

FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=panel /web/admin/dist web/admin/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p gateway && cp target/release/gateway /gateway

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/lockstep lockstep \
    && install -d -o lockstep -g lockstep -m 0700 /var/lib/lockstep/data
COPY --from=build /gateway /usr/local/bin/gateway
USER lockstep
# Without DATABASE_URL the embedded database and its secrets are in data/ below this folder: mount a volume there.
WORKDIR /var/lib/lockstep
ENV BIND_ADDR=0.0.0.0:3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:3000/readyz"]
ENTRYPOINT ["gateway"]
CMD ["serve"]
