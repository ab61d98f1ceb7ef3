# One image for every Airflow component: Python, the locked dependencies, our code.
FROM python:3.11-slim-bookworm AS build
# The same version as in the Makefile.
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
# The lock alone first: code changes do not install everything again.
COPY requirements.lock ./
RUN uv venv /venv \
    && uv pip install --python /venv/bin/python --no-cache --require-hashes -r requirements.lock
COPY . .
RUN uv pip install --python /venv/bin/python --no-cache --no-deps --no-build-isolation --editable .

FROM python:3.11-slim-bookworm
# OpenMP for onnxruntime and LightGBM; nothing else from the system.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home heedline \
    && install --directory --owner=heedline --group=heedline /data /airflow /drop
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DO_NOT_TRACK=1 \
    RUNTIME__DLTHUB_TELEMETRY=false \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    GX_ANALYTICS_ENABLED=false
USER heedline
WORKDIR /app
VOLUME ["/data", "/airflow"]
CMD ["airflow", "version"]
