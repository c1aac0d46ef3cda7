//! The server.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::Database;
use super::program;

/// Ends the server when nobody has held the lock of its users for so many rounds of two seconds.
const WATCHDOG: &str = r#"
idle=0
while [ "$idle" -lt 5 ]; do
    sleep 2
    if flock --nonblock --exclusive "$1/users" true; then idle=$((idle + 1)); else idle=0; fi
done
exec 9>"$1/../$2.lock"
flock --exclusive 9
if flock --nonblock --exclusive "$1/users" true; then
    kill -INT "$(head -n 1 "$1/data/postmaster.pid")"
    while [ -e "$1/data/postmaster.pid" ]; do sleep 0.1; done
    rm -rf "$1"
else
    flock --unlock 9
    exec sh -c "$3" sh "$1" "$2" "$3"
fi
"#;

/// A running server.
pub struct Cluster {
    port: u16,
    /// Held as long as this process uses a shared server.
    _users: Option<File>,
    /// Of a server that is this process's alone.
    own: Option<Own>,
}

struct Own {
    dir: PathBuf,
    server: std::process::Child,
}

impl Cluster {
    /// The server that all tests share.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(join_or_start)
    }

    /// A server of the test's own, which it may kill and start again. Everything is synced. It ends with the value.
    ///
    /// # Panics
    /// As [`Cluster::shared`].
    pub fn alone() -> Self {
        let dir = tempfile::Builder::new().prefix("amends-postgres-").tempdir().unwrap().keep();
        let port = free_port();
        init(&dir);
        let server = start(&dir, port, &["-c", "max_wal_senders=4"]);
        Self { port, _users: None, own: Some(Own { dir, server }) }
    }

    /// Kills the server at once, as a power failure would, as far as processes go, and starts it again.
    ///
    /// # Panics
    /// When the server is shared.
    pub fn crash(&mut self) {
        self.stop("-QUIT");
        self.start_again();
    }

    /// Ends the server, and does not wait for transactions.
    ///
    /// # Panics
    /// When the server is shared.
    pub fn stop(&mut self, signal: &str) {
        let own = self.own.as_mut().expect("the server is not shared");
        let pid = fs::read_to_string(own.dir.join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        own.server.wait().unwrap();
    }

    /// Starts a server that was ended.
    ///
    /// # Panics
    /// When the server is shared, or does not start.
    pub fn start_again(&mut self) {
        let port = self.port;
        let own = self.own.as_mut().expect("the server is not shared");
        drop(fs::remove_file(own.dir.join("data/postmaster.pid")));
        own.server = start(&own.dir, port, &["-c", "max_wal_senders=4"]);
    }

    /// A new and empty database.
    pub fn database(&self) -> Database {
        Database::create(self.port)
    }

    /// Where the server listens, on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        drop(Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status());
        drop(self.server.wait());
        drop(fs::remove_dir_all(&self.dir));
    }
}

/// Uses the server that another process has started, or starts it.
fn join_or_start() -> Cluster {
    let name = format!(
        "amends-postgres-{}",
        std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap())
    );
    let base = std::env::temp_dir();
    let dir = base.join(&name);
    let lock = File::create(base.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    fs::create_dir_all(&dir).unwrap();
    let users = File::create(dir.join("users")).unwrap();
    users.lock_shared().unwrap();
    let running = fs::read_to_string(dir.join("port")).ok().and_then(|port| port.parse().ok());
    if let Some(port) = running.filter(|port| answers(*port)) {
        return Cluster { port, _users: Some(users), own: None };
    }
    drop(fs::remove_dir_all(dir.join("data")));
    let port = free_port();
    init(&dir);
    let unsafe_but_fast = ["-F", "-c", "full_page_writes=off", "-c", "max_connections=400"];
    drop(start(&dir, port, &unsafe_but_fast));
    fs::write(dir.join("port"), port.to_string()).unwrap();
    // It outlives this process, and nobody waits for it.
    let watchdog = Command::new("setsid")
        .args(["--fork", "sh", "-c", WATCHDOG, "sh"])
        .args([dir.as_os_str(), name.as_ref(), WATCHDOG.as_ref()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(watchdog.success());
    Cluster { port, _users: Some(users), own: None }
}

fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Makes the files of a server in `dir/data`.
fn init(dir: &Path) {
    let data = dir.join("data");
    fs::create_dir_all(&data).unwrap();
    if let Some(user) = program::other_user() {
        let owned = Command::new("chown").arg(user).args([dir, &data]).status().unwrap();
        assert!(owned.success());
    }
    let init = program::command(&program::directory().join("initdb"))
        .args(["--username=amends", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
        .arg(&data)
        .current_dir("/")
        .output()
        .unwrap();
    assert!(init.status.success(), "initdb: {}", String::from_utf8_lossy(&init.stderr));
}

fn start(dir: &Path, port: u16, options: &[&str]) -> std::process::Child {
    let log = File::options().create(true).append(true).open(dir.join("log")).unwrap();
    let server = program::command(&program::directory().join("postgres"))
        .arg("-D")
        .arg(dir.join("data"))
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
        .args(options)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !is_ready(dir) {
        let log = || fs::read_to_string(dir.join("log")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {}", log());
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

/// The server itself says so in its pid file.
fn is_ready(dir: &Path) -> bool {
    fs::read_to_string(dir.join("data/postmaster.pid"))
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
}
