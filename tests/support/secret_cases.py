"""Made-up secrets of many kinds, put together here so that no file holds one, and what is none."""

from __future__ import annotations

import base64
import random
import string

AL = string.ascii_letters + string.digits
UP = string.ascii_uppercase + string.digits
LO = string.ascii_lowercase + string.digits
HX = "0123456789abcdef"


def secrets(seed: int) -> list[tuple[str, str]]:
    """Kinds, each with a line that holds one."""
    chance = random.Random(seed)

    def some(count: int, of: str = AL) -> str:
        return "".join(chance.choice(of) for _ in range(count))

    def join(*parts: str) -> str:
        return "".join(parts)

    return [
        ("aws key", join("AK","IA",some(16,UP.replace("0","").replace("1","").replace("8","").replace("9","")))),
        ("aws secret", f'aws_secret_access_key = {some(40, AL+"/+")}'),
        ("github pat", join("github","_pat_",some(22),"_",some(59))),
        ("github oauth", join("gh","o_",some(36))),
        ("github server", join("gh","s_",some(36))),
        ("github refresh", join("gh","r_",some(36))),
        ("gitlab deploy", join("gl","dt-",some(20))),
        ("gitlab trigger", join("gl","ptt-",some(40,HX))),
        ("gitlab ci job", join("gl","cbt-",some(5),"_",some(20))),
        ("stripe restricted", join("rk","_live_",some(24))),
        ("stripe webhook", join("wh","sec_",some(32))),
        ("slack user", join("xo","xp-",some(12,"123456789"),"-",some(12,"123456789"),"-",some(12,"123456789"),"-",some(32,HX))),
        ("slack webhook", join("https://hooks.slack",".com/services/T",some(8,UP),"/B",some(8,UP),"/",some(24))),
        ("discord webhook", join("https://discord",".com/api/webhooks/",some(18,"123456789"),"/",some(68))),
        ("openai old", join("s","k-",some(48))),
        ("openai svc", join("s","k-svcacct-",some(60))),
        ("openrouter", join("s","k-or-v1-",some(64,HX))),
        ("huggingface", join("h","f_",some(34))),
        ("groq", join("gs","k_",some(52))),
        ("google oauth", join("ya","29.",some(120,AL+"_-"))),
        ("azure sas", f"https://acc.blob.core.windows.net/c?sv=2022-11-02&sr=c&sig={some(43)}%3D&se=2026-01-01"),
        ("azure sb", join("Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;Shared","AccessKey=",some(43),"=")),
        ("postgres url", f"postgres://svc:{some(16)}@db.internal:5432/app"),
        ("mongodb srv", f"mongodb+srv://svc:{some(16)}@cluster0.abc.mongodb.net/x"),
        ("redis url", f"redis://:{some(18)}@cache:6379/0"),
        ("amqp url", f"amqp://worker:{some(12)}@mq:5672/%2F"),
        ("git https token", f"https://x-access-token:{some(30)}@github.com/o/r.git"),
        ("query access_token", f"GET /api/v1/items?access_token={some(32)}&page=2"),
        ("query api_key", f"https://api.example.com/q?api_key={some(24)}"),
        ("openssh pem", join("-----BEGIN ","OPENSSH PRIVATE KEY-----")),
        ("pkcs8 pem", join("-----BEGIN ","PRIVATE KEY-----")),
        ("encrypted pem", join("-----BEGIN ","ENCRYPTED PRIVATE KEY-----")),
        ("ec pem", join("-----BEGIN ","EC PRIVATE KEY-----")),
        ("age", join("AGE-SECRET","-KEY-1",some(58,UP))),
        ("putty", join("PuTTY-User-Key", "-File-3: ssh-ed25519")),
        ("json secret", f'{{"client_secret": "{some(32)}", "x": 1}}'),
        ("json password", '{{"user": "bob", "password": "{}"}}'.format("Tr0ub4dor&3xyz")),
        ("yaml password", f"    password: {some(14)}9"),
        ("env api key", f"API_KEY={some(32)}"),
        ("export secret", f"export SESSION_SECRET='{some(40)}'"),
        ("pgpassword", f"PGPASSWORD={some(12)}7 psql -h db"),
        ("django", f'SECRET_KEY = "django-insecure-{some(50, AL+"!@#$%^&*(-_=+)")}"'),
        ("flag password", f"mysql --password={some(12)}4 -e 'select 1'"),
        ("flag token", f"gh auth login --token {some(30)}"),
        ("basic header", "Authorization: Basic " + base64.b64encode(b"user:Hunter2Hunter2!").decode()),
        ("x-api-key header", f"-H 'X-Api-Key: {some(32)}'"),
        ("curl -u", f"curl -u admin:{some(14)}3 https://internal/x"),
        ("npmrc", f"//registry.npmjs.org/:_authToken={some(36)}"),
        ("rubygems", join("rubygems","_",some(48,HX))),
        ("digitalocean", join("do","p_v1_",some(64,HX))),
        ("docker pat", join("dckr","_pat_",some(27,AL+"_-"))),
        ("shopify", join("sh","pat_",some(32,HX))),
        ("linear", join("lin","_api_",some(40))),
        ("postman", join("PM","AK-",some(24,HX),"-",some(34,HX))),
        ("grafana sa", join("gl","sa_",some(32),"_",some(8,HX))),
        ("vault", join("hv","s.",some(95,AL+"_-"))),
        ("atlassian", join("AT","ATT3xFfGF0",some(180,AL+"_-="))),
        ("telegram", join(some(10,"123456789"),":A","A",some(33,AL+"_-"))),
        ("databricks", join("da","pi",some(32,HX))),
        ("doppler", join("dp",".pt.",some(43))),
        ("newrelic", join("NR","AK-",some(27,UP))),
        ("sentry", join("sntry","u_",some(64,HX))),
        ("square", join("sq","0atp-",some(22))),
        ("mailchimp", join(some(32,HX),"-us","12")),
        ("notion", join("nt","n_",some(46))),
        ("supabase", join("sb","p_",some(40,HX))),
        ("tailscale", join("ts","key-auth-",some(12),"-",some(32))),
        ("pulumi", join("pu","l-",some(40,HX))),
        ("terraform", join(some(14),".atlas","v1.",some(64))),
        ("fly", join("Fly","V1 fm2_",some(80,AL+"+/"))),
        ("twilio account+token", join("TWILIO_AUTH","_TOKEN=",some(32,HX))),
        ("cookie", f"Cookie: sessionid={some(32)}; csrftoken=x"),
        ("netrc", f"machine api.example.com login bob password {some(16)}5"),
        ("docker auth", '{{"auths": {{"reg": {{"auth": "{}"}}}}}}'.format(base64.b64encode(b"robot$x:8f2hK33kLpq").decode())),
        ("conn string", f"Server=tcp:db;Database=app;User ID=sa;Password={some(14)}7;Encrypt=yes"),
        ("jdbc", f"jdbc:mysql://db/app?user=root&password={some(14)}2"),
        ("google api", join("AI","za",some(35,AL+"_-"))),
        ("bearer lower", f"authorization: bearer {some(40)}"),
        ("bare access token yaml", f"access_token: {some(40)}"),
        ("private token header", f"PRIVATE-TOKEN: {some(20)}"),
        ("anthropic", join("sk","-ant-","oat01-",some(86,AL+"_-"),"AA")),
        ("sql password", f"CREATE USER bob WITH PASSWORD '{some(12)}8';"),
        ("sshpass", f"sshpass -p {some(12)}6 ssh root@host"),
        ("replicate", join("r","8_",some(37))),
        ("address without a password", f"https://{some(40, HX)}@sentry.io/123"),
        ("pass variable", f"SMTP_PASS='{some(16)}'"),
        ("session cookie", f"Set-Cookie: JSESSIONID={some(32, HX.upper())}; Path=/"),
        ("table", f"| API key | `{some(32)}` |"),
        ("element", f"<password>{some(14)}4</password>"),
        ("arrow", f"password → {some(14)}"),
        ("in an address, escaped", f"https://h/?next=/a%3Fpassword%3D{some(16)}"),
        ("docker login", f"docker login -u bob -p {some(20)}"),
        ("mysql", f"mysql -uroot -p{some(16)}"),
        ("said", f"the token is `{some(30)}`"),
        ("laravel", f"APP_KEY=base64:{some(43, AL + '+/')}="),
    ]  # fmt: skip


FINE = [
 "AK"+"IAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
 "Authorization: Bearer <token>", "Authorization: Bearer ${TOKEN}", "Authorization: Bearer $TOKEN", "Authorization: Bearer xxxxxxxxxxxxxxxxxxxxxxxx", 'curl -H "Authorization: Bearer YOUR_TOKEN_HERE"',
 "password = changeme", 'password = "changeme"', "password: ********", "password: <your password>", "password: ${DB_PASSWORD}", "DB_PASSWORD=$DB_PASSWORD", "DB_PASSWORD=", "DB_PASSWORD=postgres", "password=secret", "token=None", "API_KEY=your-api-key-here", "API_KEY=...", "API_KEY=[REDACTED]", "API_KEY=REDACTED", 'api_key = os.environ["API_KEY"]', "password = getpass.getpass()", 'token = request.headers["Authorization"]', "secret = load_secret(path)", "password: string", "password: str = Field(...)", "tokens: 1024", "token_count = 123456789012", "max_tokens=4096", "token = tokens[i + 1]", "self.token = lexer.next_token()", "key = hashlib.sha256(data).hexdigest()",
 "commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "fixed in 9fceb02d", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "id 550e8400-e29b-41d4-a716-446655440000", '"integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="', "![p](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==)",
 "tests/test_auth.py::test_password_is_reset_when_token_expires PASSED", "tests/test_token.py::test_bearer_token[sk-short]", "tests/test_auth.py::TestPassword::test_secret_key_rotation", "password reset works after token refresh", "The token: what the lexer gives", "Secret: nobody reads the manual", "password-reset-flow", "task-runner-with-a-really-long-hyphenated-name-for-things", "risk-assessment-of-the-whole-thing-2025", "desk-lamp-replacement-programme-overview", "sk-learn-compatible-estimators-everywhere", "https://user:password@example.org/x", "https://user:pass@host", "https://<user>:<password>@host/x", "https://u:$TOKEN@host", "https://${USER}:${PASS}@host", "postgres://user:pass@localhost:5432/db", "postgres://postgres:postgres@localhost/test", "see http://host:8080/path@v2", "git@github.com:owner/repo.git", "ssh://git@github.com:22/owner/repo", "npm_config_registry=https://registry.npmjs.org", "npm_lifecycle_event=test", "pypi-publish", "hf_hub_download", "hf_model_loading_in_the_background_thread", "gsk_ tests", "r8_stuff", "key-value", "key-00000000000000000000000000000000", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----", "eyJ is how a JWT begins", "SG.test", "AIza...", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ghp_<token>", "glpat-XXXXXXXXXXXXXXXXXXXX", "xoxb-your-token-here", "sk_test_ and sk_live_ keys are told apart", "sk-...", "sk-xxxxxxxxxxxxxxxxxxxxxxxx", "AccountKey=<key>", "SharedAccessKey=...", "Cookie: sessionid=<id>", "X-Api-Key: $API_KEY", "curl -u $USER:$PASS https://x", "curl -u user:password https://x", "mysql -p", "--password=<password>", "--token TOKEN", "--token $GITHUB_TOKEN", "--api-key YOUR_API_KEY", "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}", "password: {{ vault_password }}", "PASSWORD=%PASSWORD%", "pytest -k 'token and not secret'", "KEY=value", "keyboard: qwertyuiopasdfgh", "monkey = bananas12345", "author = somebody1234567", "pass: 12, fail: 3", "PASS=12 FAIL=3", "bypass=0x7f3a2b1c9d8e", "auth: oauth2", "token_type: bearer", "secret_name: projects/x/secrets/y", "secretName: tls-cert-production-2025", "access_token_url: https://idp.example.org/oauth/token", "password_file: /run/secrets/db_password", "token: reports/2025-10-15T201831Z/token.log", "SECRET_ROOT=/home/someone/data/secret-project-2024", "token_ids: [101, 2023, 2003]", "password_hash = bcrypt$2b$12 tests", "primary_key: order_id_2024", "Key: Value12345678", "cache-key: linux-pip-3f2a9c1d7e", "key: ${{ runner.os }}-pip-${{ hashFiles('x') }}",
 "AC0123456789abcdef0123456789abcdef is an account", "the md5 d41d8cd98f00b204e9800998ecf8427e", "nanoBragg_token_2025", "test_id[SKfoo]", "ASIA", "AKIA prefix", "TASK0123456789ABCDEF0123456789ABCDEF", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0x1aF3vN7yPq2rS5tU8wXzBcDeFgHiJkLmNoPqRsTu me@host", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7", "uuid password-550e8400", "https://example.org/?token=abc", "https://example.org/?token=<token>", "https://ci.example.org/artifacts?job=123456&sig=none", "?key=2025-10-15T201831Z", "?access_token=...", "JWT: eyJhbGciOi...", "machine host login user password <password>", "CREATE USER x WITH PASSWORD 'x';", 'sshpass -p "$PASS" ssh h', "sshpass -e ssh h",
    "token = 0x7f3a2b1c9d8e", "docker://python:3.11-slim-bookworm@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    'resolved "https://registry.yarnpkg.com/a/-/a-1.0.tgz#d41d8cd98f00b204e9800998ecf8427e"', "kubectl get secret default-token-x7k2p -o yaml",
    "Password: see 1Password", "key: sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "token: 2025-10-15T201831Z_run_03", "PWD=/srv/x1y2z3/build",
    "access key: Ctrl+Shift+F12", "password=correcthorsebatterystaple", "password: process.env.DB_PASSWORD", "tokenizer: gpt2-medium-v2-fast",
    "pytest -p no:cacheprovider", "docker run -p 8080:8080", "find . -print0 -pthread", "api key: see docs/SETUP.md#api-keys",
]  # fmt: skip
