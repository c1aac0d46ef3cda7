//! `amends run`: what it counts, what it refuses, and that it can be run again.

use crate::shop::{Shop, counts, examples, lines, order};
use serde_json::{Value, json};

#[test]
fn the_examples_have_every_outcome_and_nothing_is_half_done() {
    let shop = Shop::new();
    let data = shop.path("data");
    let run = || {
        let mut command = crate::shop::amends();
        command.arg("run").arg(examples().join("orders.jsonl")).arg("--products");
        command.arg(examples().join("products.csv")).arg("--json").arg("--data").arg(&data);
        let output = command.output().unwrap();
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        (counts(&summary), output.status.code().unwrap())
    };
    let (first, code) = run();
    assert_eq!((first, code), ([285, 232, 51, 2, 6], 3));
    let report = shop.audit();
    assert_eq!((report["sagas"].as_u64(), report["open"].as_u64()), (Some(285), Some(0)));
    assert_eq!(run(), (first, code), "the same file again reports the same");
    let again = shop.audit();
    assert_eq!(report["effects"], again["effects"], "the same file again changes nothing");
}

#[test]
fn each_outcome_is_counted_and_has_its_exit_code() {
    let check = |orders: Vec<Value>, expected: [u64; 5], code: i32| {
        let shop = Shop::new();
        shop.write_orders(lines(orders));
        let (summary, actual, stderr) = shop.run();
        assert_eq!((counts(&summary), actual), (expected, code), "{stderr}");
        shop.audit();
    };
    check(vec![], [0, 0, 0, 0, 0], 0);
    check(vec![order("a", "book", "pm_card_visa")], [1, 1, 0, 0, 0], 0);
    check(vec![order("a", "book", "pm_card_chargeDeclined")], [1, 0, 1, 0, 0], 0);
    check(vec![order("a", "SANDBOX-SYNC-REFUSED", "pm_card_visa")], [1, 0, 1, 0, 0], 0);
    check(vec![order("a", "SANDBOX-SYNC-REFUSED", "pm_sandbox_refundFails")], [1, 0, 0, 1, 0], 3);
    check(vec![json!("no order")], [0, 0, 0, 0, 1], 0);
}

#[test]
fn a_repeated_line_is_counted_once_and_another_body_is_rejected() {
    let shop = Shop::new();
    let first = order("a", "book", "pm_card_visa");
    let mut other = first.clone();
    other["lines"][0]["quantity"] = json!(2);
    shop.write_orders(lines([first.clone(), first.clone(), other, first]));
    for _ in 0..2 {
        let (summary, code, stderr) = shop.run();
        assert_eq!((counts(&summary), code), ([1, 1, 0, 0, 1], 0));
        assert!(stderr.contains("line 3: rejected: there is another order of this id"), "{stderr}");
    }
}

#[test]
fn bad_lines_are_reported_by_number_and_do_not_stop_the_others() {
    let shop = Shop::new();
    let huge = order(&"x".repeat(1_000_000), "book", "pm_card_visa");
    let mut many = order("many", "book", "pm_card_visa");
    many["lines"] = json!(vec![json!({ "sku": "book", "quantity": 1 }); 1000]);
    let mut too_many = many.clone();
    too_many["order_id"] = json!("too-many");
    too_many["lines"].as_array_mut().unwrap().push(json!({ "sku": "book", "quantity": 1 }));
    let mut dear = order("dear", "dear", "pm_card_visa");
    dear["lines"][0]["quantity"] = json!(10_000);
    let mut file = b"\xef\xbb\xbf".to_vec();
    let good = order("good", "book", "pm_card_visa").to_string();
    let long = vec![b'['; 5 * 1024 * 1024];
    let texts = [huge, too_many, many, dear].map(|order| order.to_string());
    let lines: [&[u8]; 10] = [
        b"{",
        b"\0\0\0\0",
        b"\xff\xfe",
        texts[0].as_bytes(),
        texts[1].as_bytes(),
        texts[2].as_bytes(),
        br#"{"order_id":"n","customer":{"id":"c","email":"a@example.com"},"currency":"USD","lines":[{"sku":"book","quantity":1e400}],"payment_method":"p"}"#,
        texts[3].as_bytes(),
        &long,
        good.as_bytes(),
    ];
    for line in lines {
        file.extend(line);
        file.extend(b"\r\n");
    }
    shop.write_orders(file);
    let (summary, code, stderr) = shop.run();
    assert_eq!((counts(&summary), code), ([2, 2, 0, 0, 8], 0), "{stderr}");
    for number in [1, 2, 3, 4, 5, 7, 8, 9] {
        assert!(stderr.contains(&format!("line {number}: rejected: ")), "{number}: {stderr}");
    }
    assert!(stderr.lines().all(|line| line.len() < 300), "no line repeats what it was given");
}

#[test]
fn the_last_items_are_sold_once_however_many_want_them() {
    let shop = Shop::new();
    let mut orders: Vec<Value> = (0..200).map(|n| order(&format!("o-{n}"), "lamp", "pm_card_visa")).collect();
    // One of several lines is short: the other is given back.
    let mut both = order("both", "book", "pm_card_visa");
    both["lines"] = json!([{ "sku": "book", "quantity": 1 }, { "sku": "lamp", "quantity": 51 }]);
    orders.insert(0, both);
    shop.write_orders(lines(orders));
    let (summary, code, stderr) = shop.run();
    assert_eq!((counts(&summary), code), ([201, 50, 151, 0, 0], 0), "{stderr}");
    shop.audit();
}

#[test]
fn what_cannot_be_used_is_said_with_exit_code_2() {
    let shop = Shop::new();
    shop.write_orders("");
    let check = |arguments: &[&str], expected: &str| {
        let output = crate::shop::amends().args(arguments).current_dir(shop.path(".")).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr:?} should mention {expected:?}");
    };
    std::fs::write(shop.path("wrong.csv"), "sku,price\n").unwrap();
    check(&["run", "none.jsonl", "--products", "products.csv"], "cannot read the orders none.jsonl");
    check(&["run", ".", "--products", "products.csv"], "directory");
    check(&["run", "orders.jsonl", "--products", "none.csv"], "cannot use the products none.csv");
    check(&["run", "orders.jsonl", "--products", "wrong.csv"], "the first line must be sku,name");
    check(&["run", "orders.jsonl"], "--products");
    check(&["audit", "--data", "nothing-here"], "is no data directory of amends");
    check(&["asl", "no_saga"], "there is no state machine");
    let smtp =
        ["run", "orders.jsonl", "--products", "products.csv", "--smtp", "x", "--mail-from", "a@example.com"];
    check(&smtp, "--smtp: an SMTP server looks like");
}

#[test]
fn personal_data_reaches_neither_the_history_nor_the_output() {
    let shop = Shop::new();
    shop.write_orders(lines([
        order("declined", "book", "pm_card_chargeDeclined"),
        order("refused", "SANDBOX-SYNC-REFUSED", "pm_card_visa"),
    ]));
    let (_, _, stderr) = shop.run();
    let mut said = stderr;
    for id in ["declined", "refused"] {
        for command in ["show", "history"] {
            for json in [&[][..], &["--json"][..]] {
                let output = shop.ask(&[&[command, id][..], json].concat());
                assert!(output.status.success());
                said += &String::from_utf8(output.stdout).unwrap();
            }
        }
    }
    assert!(said.contains("compensated"));
    for secret in ["secret.address", "555 0100", "pm_card"] {
        assert!(!said.contains(secret), "{secret} was said");
    }
}
