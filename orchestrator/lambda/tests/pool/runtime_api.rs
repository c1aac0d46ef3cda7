//! What a runtime is answered that does not keep to the API.

use serde_json::{Value, json};

use crate::functions::{pool, python};

#[tokio::test]
async fn a_runtime_answers_what_it_has_and_once() {
    let pool = pool(python(&["raw_runtime.py"]));
    for _ in 0..2 {
        let told = pool.invoke("f", &json!(1)).await.unwrap();
        assert_eq!((&told["another's"], &told["answered"]), (&json!(400), &json!(400)));
        assert_eq!((&told["began"], &told["next"]), (&json!(403), &json!(403)));
        let deadline: u64 = told["deadline"].as_str().unwrap().parse().unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let left = u128::from(deadline) - now.as_millis();
        assert!((10_000..=20_000).contains(&left), "{left} ms of 20 s");
        assert!(is_trace(&told["trace"]), "{told}");
    }
    assert_eq!(pool.processes(), 1);
}

fn is_trace(trace: &Value) -> bool {
    let parts: Vec<_> = trace.as_str().unwrap().split(';').collect();
    parts[0].starts_with("Root=1-") && parts[1].starts_with("Parent=") && parts[2] == "Sampled=0"
}
