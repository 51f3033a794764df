# docker build -t redactscan . && docker run --rm -v "$PWD:/work" redactscan scan .
FROM python:3.12-slim
COPY . /src
RUN pip install --no-cache-dir /src && rm -r /src
WORKDIR /work
ENTRYPOINT ["redactscan"]
