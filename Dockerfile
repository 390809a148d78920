FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 coopemploi

WORKDIR /srv/coopemploi
COPY requirements/s3.txt requirements/s3.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/s3.txt
COPY . .
# Une clé de passage : rien n'est signé ici.
RUN SECRET_KEY=build python manage.py collectstatic --noinput \
    && mkdir -p var/media var/mail var/backups \
    && chown -R coopemploi var

USER 10001
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/sante/', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0]}))"]
ENV WEB_HOST=0.0.0.0
CMD ["gunicorn", "--config", "python:coopemploi.web_server"]
