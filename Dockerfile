# One image for web, worker, beat and migrate, and with `--target test` one that has the tests' tools.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS ui
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY schema/schema.graphql ../schema/
COPY frontend .
RUN npm run build

FROM ${PYTHON_IMAGE} AS base
ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    PIP_ROOT_USER_ACTION=ignore \
    UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app

FROM base AS packages
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache \
    pip install uv \
    && uv venv /opt/venv \
    && uv pip install --require-hashes -r requirements.txt

FROM base AS app
COPY --from=packages /opt/venv /opt/venv
# The code belongs to root. What the user may write: the static files, and the secret key that
# docker-compose.yml makes.
RUN useradd --uid 10001 --create-home --shell /bin/bash app \
    && install --directory --owner=app --group=app static /secrets
COPY . .
COPY --from=ui /app/frontend/dist frontend/dist
USER 10001
RUN python manage.py collectstatic --noinput

FROM app AS test
USER root
# pytest and the others make their caches in the project's directory.
RUN --mount=type=cache,target=/root/.cache \
    pip install uv \
    && uv pip install --require-hashes -r requirements-standalone.txt -r requirements-dev.txt \
    && chown app:app .
USER 10001
CMD ["pytest"]

FROM app AS docs
USER root
RUN --mount=type=cache,target=/root/.cache \
    pip install uv \
    && uv pip install --target docs/.packages --require-hashes -r requirements-docs.txt \
    && PYTHONPATH=docs/.packages python -m docs.build

# Last, so that a plain `docker build` makes this one.
FROM app AS runtime
COPY --from=docs /app/site site
