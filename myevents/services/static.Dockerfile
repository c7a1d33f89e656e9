# The services of MyEvents on nothing at all: each image holds one program and what it loads.
ARG PYTHON=python:3.11-slim

FROM ${PYTHON} AS build
RUN apt-get update -q \
 && apt-get install -qy --no-install-recommends binutils file \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.txt requirements-static.txt ./
RUN pip install --quiet --no-cache-dir --require-hashes -r requirements.txt -r requirements-static.txt
COPY static/ static/
COPY servicekit servicekit
COPY eventservice eventservice
RUN sh static/build.sh eventservice
COPY bookingservice bookingservice
RUN sh static/build.sh bookingservice

FROM scratch AS eventservice
LABEL org.opencontainers.image.title="MyEvents event service" \
      org.opencontainers.image.vendor="the runbook authors" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /rootfs/eventservice /
USER 10001:10001
ENV LISTEN_URL=0.0.0.0:8181
EXPOSE 8181
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/app/eventservice", "probe"]
CMD ["/app/eventservice"]

FROM scratch AS bookingservice
LABEL org.opencontainers.image.title="MyEvents booking service" \
      org.opencontainers.image.vendor="the runbook authors" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /rootfs/bookingservice /
USER 10001:10001
ENV LISTEN_URL=0.0.0.0:8181
EXPOSE 8181
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/app/bookingservice", "probe"]
CMD ["/app/bookingservice"]
