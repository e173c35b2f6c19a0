# syntax=docker/dockerfile:1
# Built by the workflow of a fork (.github/workflows/ci.yaml); `docker build --build-arg REVISION=$(git rev-parse HEAD) .` does the same by hand.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --omit=optional

FROM gcr.io/distroless/nodejs24-debian12:nonroot
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sallyport" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production SALLYPORT_REVISION="${REVISION}"
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY proto ./proto
USER nonroot
EXPOSE 9191 9901
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.js"]
CMD ["serve", "--policies", "/etc/sallyport/policies", "--admin-address", "0.0.0.0:9901"]
