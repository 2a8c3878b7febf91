# One service and what all services share:  docker build --build-arg SERVICE=itt --target service .
# The command line for operators:           docker build --target cli .
# The same with PostgreSQL's own programs:  docker build --target backup .
# Everything is installed in the first stages; what runs has neither compiler nor installer, and no root.
FROM python:3.11-slim-bookworm AS libraries
COPY deploy/requirements.lock /requirements.lock
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --require-hashes --no-deps --no-input --no-cache-dir \
        --disable-pip-version-check --only-binary :all: -r /requirements.lock

FROM libraries AS code
WORKDIR /opt/continuum
COPY shared shared
RUN python -m compileall -q --invalidation-mode unchecked-hash shared

FROM code AS code-of-cli
COPY services services
COPY cli cli
RUN python -m compileall -q --invalidation-mode unchecked-hash services cli

FROM python:3.11-slim-bookworm AS base
# The installer of the base goes, and nobody may log in as the user that everything runs as.
RUN python -c "import importlib.util as u, pathlib, shutil; [shutil.rmtree(pathlib.Path(s.origin).parent) \
        for s in map(u.find_spec, ('ensurepip', 'pip', 'setuptools')) if s]" \
    && rm -f /usr/bin/pip* /usr/local/bin/pip* \
    && groupadd --gid 10001 continuum \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/continuum --shell /usr/sbin/nologin continuum \
    && install -d -o continuum -g continuum -m 0750 /var/lib/continuum
COPY --from=libraries /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/continuum \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CONTINUUM_DATA_DIR=/var/lib/continuum \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8000
WORKDIR /opt/continuum
USER 10001:10001
ARG VERSION=0.1.0
ARG REVISION=unknown
ENV SERVICE_VERSION=$VERSION
LABEL org.opencontainers.image.vendor="Continuum" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="python:3.11-slim-bookworm"

FROM base AS cli
LABEL org.opencontainers.image.title="continuum-cli" \
      org.opencontainers.image.description="Continuum's command line: migrations, the ledger, parked events, the demonstration"
COPY --from=code-of-cli /opt/continuum /opt/continuum
ENTRYPOINT ["python", "-P", "-m", "cli"]
CMD ["--help"]

# PostgreSQL's programs of the server's version, with the libraries that they need and the base lacks. Both images are
# of one Debian, so the C library is the same and stays behind.
FROM postgres:17 AS postgresql
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN mkdir -p /opt/postgresql/bin /opt/postgresql/lib \
    && cp /usr/lib/postgresql/*/bin/pg_dump /usr/lib/postgresql/*/bin/pg_restore /opt/postgresql/bin/ \
    && ldd /opt/postgresql/bin/* | awk '$3 ~ /^\// { print $3 }' | sort -u \
        | grep -vE '/lib(c|m|dl|rt|pthread|resolv)\.so' | xargs cp -L -t /opt/postgresql/lib \
    && for name in pg_dump pg_restore; do \
        printf '#!/bin/sh\nLD_LIBRARY_PATH=/opt/postgresql/lib exec /opt/postgresql/bin/%s "$@"\n' "$name" >"/opt/$name"; \
    done && chmod 755 /opt/pg_dump /opt/pg_restore

FROM cli AS backup
LABEL org.opencontainers.image.title="continuum-backup" \
      org.opencontainers.image.description="Continuum's command line with pg_dump and pg_restore: backup, restore, restored"
COPY --from=postgresql /opt/postgresql /opt/postgresql
COPY --from=postgresql /opt/pg_dump /opt/pg_restore /usr/local/bin/
# The build itself says whether a library is missing.
RUN pg_dump --version && pg_restore --version

FROM code AS code-of-service
ARG SERVICE
COPY services/${SERVICE} services/${SERVICE}
RUN test -n "${SERVICE}" && python -m compileall -q --invalidation-mode unchecked-hash services

FROM base AS service
ARG SERVICE
LABEL org.opencontainers.image.title="continuum-$SERVICE" \
      org.opencontainers.image.description="Continuum's service $SERVICE"
COPY --from=code-of-service /opt/continuum /opt/continuum
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=9s --start-period=60s --retries=3 CMD ["python", "-P", "-m", "shared.health.probe"]
ENTRYPOINT ["python", "-P", "-m", "shared.runner"]
