"""The proxies of deploy/, as real processes in front of real nodes: TLS on free ports.

Each runs the committed file; what an operator would decide comes from its environment.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from testing import environment
from testing.environment import ROOT
from testing.processes import Server, ServerFailed, find_program, free_port

DEPLOY = ROOT / "deploy"
DOMAIN = "localhost"
BEHIND = {"PUBLIC_URL": f"https://{DOMAIN}"}  # for nodes: it trusts proxies on this machine


class Proxy(Server):
    """Terminates TLS for `DOMAIN` at `port`, in front of the processes at the ports `nodes`."""

    ca: Path  # the certificate that clients have to trust

    def __init__(self, folder: Path, command: Sequence[str], nodes: Sequence[int], env: dict):
        self.folder = folder
        self.port, self.http_port = free_port(), free_port()
        self.url = f"https://{DOMAIN}:{self.port}"
        self.ws_url = f"wss://{DOMAIN}:{self.port}"
        ports = {"CHAT_HTTP_PORT": self.http_port, "CHAT_HTTPS_PORT": self.port}
        self.environment = environment.only({"CHAT_DOMAIN": DOMAIN} | ports | env)
        self.set_nodes(nodes)
        super().__init__(command, folder=folder, env=self.environment)

    @property
    def ssl(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            raw = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            with self.ssl.wrap_socket(raw, server_hostname=DOMAIN):
                return True
        return False

    def run(self, *command: str | Path) -> None:
        """A tool of the proxy's own, in its environment. Raises ServerFailed."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise ServerFailed(f"{command}:\n{done.stdout}{done.stderr}")


class Caddy(Proxy):
    def __init__(self, folder: Path, nodes: Sequence[int], config: Path = DEPLOY / "Caddyfile"):
        self.config = config
        self.admin = f"127.0.0.1:{free_port()}"
        self.ca = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        self.program = find_program("caddy") or "caddy"
        own = {"CHAT_CADDY_ADMIN": self.admin, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        config_of = ["--config", str(config), "--adapter", "caddyfile"]
        super().__init__(folder, [self.program, "run", *config_of], nodes, own)

    def set_nodes(self, ports: Sequence[int]) -> None:
        addresses = " ".join(f"127.0.0.1:{port}" for port in ports)
        self.environment["CHAT_UPSTREAMS"] = f"to {addresses}"

    def reload(self, nodes: Sequence[int]) -> None:
        """As `systemctl reload caddy` does it."""
        self.set_nodes(nodes)
        config = ["--config", str(self.config), "--adapter", "caddyfile"]
        self.run(self.program, "reload", *config, "--address", self.admin)

    def in_use(self) -> dict[str, int]:
        """For each address of a node, how many requests and sockets it has at this moment."""
        with urllib.request.urlopen(f"http://{self.admin}/reverse_proxy/upstreams") as answer:
            return {each["address"]: each["num_requests"] for each in json.load(answer)}


class Nginx(Proxy):
    def __init__(
        self, folder: Path, nodes: Sequence[int], template: Path = DEPLOY / "nginx.conf.template"
    ):
        self.template = template
        self.ca, key = make_certificate(folder)
        self.main = folder / "nginx.conf"
        self.program = find_program("nginx") or "nginx"
        own = {"CHAT_CERTIFICATE": str(self.ca), "CHAT_CERTIFICATE_KEY": str(key)}
        (folder / "temporary").mkdir()
        super().__init__(folder, [self.program, "-c", str(self.main)], nodes, own)

    def set_nodes(self, ports: Sequence[int]) -> None:
        servers = [f"server 127.0.0.1:{port} fail_timeout=2s;" for port in ports]
        self.environment["CHAT_NODES"] = " ".join(servers)

    def start(self) -> None:
        self.write_config()
        super().start()

    def reload(self, nodes: Sequence[int]) -> None:
        self.set_nodes(nodes)
        self.write_config()
        self.run(self.program, "-c", self.main, "-s", "reload")

    def write_config(self) -> None:
        """As `envsubst` does it: our variables, not nginx's. Around it what Debian puts there."""
        site = self.template.read_text()
        for name, value in self.environment.items():
            if name.startswith("CHAT_"):
                site = site.replace(f"${{{name}}}", value)
        (self.folder / "chat.conf").write_text(site)
        temporary = [
            f"{kind}_temp_path {self.folder}/temporary/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ]
        self.main.write_text(
            f"""
            daemon off;
            worker_processes 2;
            pid {self.folder}/nginx.pid;
            error_log stderr;
            events {{ worker_connections 1024; }}
            http {{
                access_log off;
                {" ".join(temporary)}
                include {self.folder}/chat.conf;
            }}
            """
        )


def make_certificate(folder: Path, *, days: int = 30) -> tuple[Path, Path]:
    """A self-signed certificate for DOMAIN, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(DOMAIN)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(certificate.public_bytes(pem))
    paths[1].write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
