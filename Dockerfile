# Madang in a container: installed by hash in one stage, run by an ordinary user in the other.
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python3 -m venv /opt/madang
COPY requirements/run.txt requirements/run.txt
RUN /opt/madang/bin/python -m pip install --no-cache-dir --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY madang madang
COPY frontend frontend
RUN /opt/madang/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM ${PYTHON_IMAGE} AS final
# OpenMP is what the engine of the built-in model needs from the system.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin madang \
    && install --directory --owner madang --group madang --mode 0700 /data /model
COPY --from=build /opt/madang /opt/madang
ENV PATH=/opt/madang/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MADANG_HOST=0.0.0.0 \
    MADANG_PORT=8765 \
    MADANG_DATA_DIR=/data \
    MADANG_BUILTIN_DIR=/model \
    MADANG_OPEN_BROWSER=false
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/model"]
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/api/health/live' % os.environ['MADANG_PORT'], timeout=4)"]
ENTRYPOINT ["madang"]
CMD ["serve"]
