# One image for every part of an installation of several hosts (compose.yaml, docs/hosts.md): what it
# does is the command it is given.
FROM python:3.11-slim-bookworm AS installed
WORKDIR /opt/tasma
COPY requirements-run.txt ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements-run.txt
COPY . .
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /var/lib/tasma tasma \
    && install -d -o tasma -g tasma -m 0700 /var/lib/tasma/home /var/lib/tasma/home/forms \
        /var/lib/tasma/ui /srv/lake /srv/inbox
COPY --from=installed /opt/tasma /opt/tasma
USER 10001
WORKDIR /opt/tasma
# Prefect's server copies the pages of its UI at its start; where it may not write, it has none.
ENV PATH=/opt/tasma/.venv/bin:$PATH \
    TASMA_HOME=/var/lib/tasma/home \
    TASMA_LAKE=/srv/lake \
    TASMA_INBOX=/srv/inbox \
    PREFECT_UI_STATIC_DIRECTORY=/var/lib/tasma/ui
# What is written is nobody else's to read.
ENTRYPOINT ["sh", "-c", "umask 077 && exec \"$@\"", "sh"]
CMD ["tasma", "ready"]
