//! The histories, each with what happened.

use amends_adapters::books::EffectKind::{
    Canceled, Captured, CorrectionSent, PartlySynced, Prepared, Refunded, Reverted, Sent, Synced,
};
use amends_store::SagaState::{Committed, Compensated, Stuck};
use amends_store::{AuditAction, LedgerStatus, Undo};

use super::Story;

fn reserved() -> Story {
    Story::placed().done("order").done("reserve_stock")
}

pub(crate) fn charged() -> Story {
    reserved().done("charge").effect(Prepared).effect(Captured)
}

fn notified() -> Story {
    charged().done("notify").effect(Sent)
}

pub(super) fn all_done() -> Story {
    notified().done("external_inventory_sync").effect(Synced)
}

/// The first two steps are undone, last.
fn released(story: Story) -> Story {
    story.undone("reserve_stock", Undo::Reversed).undone("order", Undo::Reversed)
}

pub(crate) fn refunded(story: Story) -> Story {
    released(story.effect(Refunded).undone("charge", Undo::Reversed))
}

fn corrected(story: Story) -> Story {
    refunded(story.effect(CorrectionSent).undone("notify", Undo::Reversed))
}

pub(super) fn all_undone() -> Story {
    let story = notified().refused("external_inventory_sync").unwinding();
    corrected(story.undone("external_inventory_sync", Undo::WasRefused)).verdict(Compensated)
}

pub(super) fn refund_failed() -> Story {
    let story = charged().unwinding().buried("external_inventory_sync").buried("notify");
    released(story.undoing_at("charge", 8)).parked("charge").verdict(Stuck)
}

/// A person had the money given back.
pub(super) fn repaired() -> Story {
    let story = refund_failed().taken_over(3000).effect(Refunded);
    story.undone_at("charge", Undo::Reversed, 3000).verdict(Compensated)
}

/// A person said that the money was given back outside, or that it is kept.
pub(super) fn decided(undo: Undo) -> Story {
    let (story, action) = match undo {
        Undo::Resolved => (refund_failed().effect(Refunded), AuditAction::Resolve),
        _ => (refund_failed(), AuditAction::Accept),
    };
    story.decided("charge", undo, action)
}

/// Declined: nothing after the charge began.
fn declined(story: Story) -> Story {
    released(story.undone("charge", Undo::WasRefused)).verdict(Compensated)
}

fn buried_after_charge(story: Story) -> Story {
    story.buried("external_inventory_sync").buried("notify")
}

/// Every history that the design allows, by name.
pub(crate) fn histories() -> Vec<(&'static str, Story)> {
    [open(), committed(), compensated(), in_parts(), notices(), unwinds(), stuck()]
        .into_iter()
        .flatten()
        .collect()
}

fn open() -> Vec<(&'static str, Story)> {
    let late_commit = all_done().unwinding();
    vec![
        ("not yet started", Story::placed()),
        ("charge under way", reserved().started("charge").effect(Prepared)),
        (
            "captured, the worker killed before it could record that",
            reserved().started("charge").effect(Prepared).effect(Captured),
        ),
        (
            "all had its effect, killed before the verdict",
            notified().started("external_inventory_sync").effect(Synced),
        ),
        ("cancelled before `order` ran", Story::placed().unwinding()),
        ("the last step was recorded too late to commit", late_commit),
        (
            "refunded, killed before that was recorded",
            charged().unwinding().undoing_at("charge", 1).effect(Refunded),
        ),
        ("all is undone but the verdict", {
            let story = buried_after_charge(charged().unwinding());
            refunded(story)
        }),
    ]
}

fn committed() -> Vec<(&'static str, Story)> {
    let synced = |story: Story| story.done("external_inventory_sync").effect(Synced).verdict(Committed);
    let free = reserved().for_free().done("charge").done("notify").effect(Sent);
    let mut given_up = synced(charged().in_doubt("notify"));
    given_up.row("notify").status = LedgerStatus::Parked;
    let two_payments = reserved().done("charge").effect(Prepared).effect(Prepared).effect(Captured);
    let mut repeated = synced(reserved().in_doubt("charge").effect(Prepared).effect(Captured).done("charge"));
    repeated.row("charge").attempts = 2;
    let repeated = repeated.done("notify").effect(Sent);
    vec![
        ("committed", all_done().verdict(Committed)),
        ("an order that costs nothing", synced(free)),
        ("the notice is owed", synced(charged().started("notify"))),
        ("the notice was refused", synced(charged().refused("notify"))),
        ("delivering the notice was given up", given_up),
        ("the notice went out as mail, which keeps no books here", synced(charged().done("notify"))),
        ("the notice went out twice", synced(notified().effect(Sent))),
        ("two payment objects, of which one was captured", synced(two_payments.done("notify").effect(Sent))),
        ("the capture's reply was lost and found by a repeat", repeated),
    ]
}

fn compensated() -> Vec<(&'static str, Story)> {
    let never_began = |story: Story| {
        ["external_inventory_sync", "notify", "charge", "reserve_stock", "order"]
            .iter()
            .fold(story, |story, step| story.buried(step))
    };
    let out_of_stock = Story::placed().done("order").refused("reserve_stock").unwinding();
    let out_of_stock =
        buried_after_charge(out_of_stock).buried("charge").undone("reserve_stock", Undo::WasRefused);
    let doubt = buried_after_charge(reserved().in_doubt("charge").effect(Prepared).unwinding());
    let asked = doubt.effect(Canceled).undone("charge", Undo::NothingHappened);
    let lost =
        buried_after_charge(reserved().in_doubt("charge").effect(Prepared).effect(Captured).unwinding());
    let free = buried_after_charge(reserved().for_free().done("charge").unwinding());
    let unsynced = notified().in_doubt("external_inventory_sync").unwinding();
    let unsynced = unsynced.undone("external_inventory_sync", Undo::NothingFound);
    let synced = notified().in_doubt("external_inventory_sync").effect(Synced).unwinding();
    let synced = synced.effect(Reverted).undone("external_inventory_sync", Undo::Reversed);
    vec![
        ("the last step was refused", all_undone()),
        (
            "declined at the charge",
            declined(buried_after_charge(reserved().refused("charge").effect(Prepared).unwinding())),
        ),
        ("out of stock", out_of_stock.undone("order", Undo::Reversed).verdict(Compensated)),
        (
            "cancelled before `order` ran, and settled",
            never_began(Story::placed().unwinding()).verdict(Compensated),
        ),
        ("the order itself was refused", {
            let story = buried_after_charge(Story::placed().refused("order").unwinding());
            story
                .buried("charge")
                .buried("reserve_stock")
                .undone("order", Undo::WasRefused)
                .verdict(Compensated)
        }),
        ("`order` was tried, changed nothing, and was undone", {
            let story = buried_after_charge(Story::placed().started("order").unwinding());
            story
                .buried("charge")
                .buried("reserve_stock")
                .undone("order", Undo::Reversed)
                .verdict(Compensated)
        }),
        ("a capture in doubt had not happened", released(asked).verdict(Compensated)),
        ("a lost reply of the capture was found and refunded", refunded(lost).verdict(Compensated)),
        (
            "an order that costs nothing, undone",
            released(free.undone("charge", Undo::NothingHappened)).verdict(Compensated),
        ),
        ("a sync in doubt was not found after the settle time", corrected(unsynced).verdict(Compensated)),
        ("a lost reply of the sync was found and reverted", corrected(synced).verdict(Compensated)),
    ]
}

fn in_parts() -> Vec<(&'static str, Story)> {
    let sync = "external_inventory_sync";
    let in_part = || notified().in_doubt(sync).effect(PartlySynced);
    let reverted = |story: Story| {
        let story = story.unwinding().effect(Reverted).undone(sync, Undo::Reversed);
        corrected(story).verdict(Compensated)
    };
    let held = corrected(in_part().unwinding().undoing_at(sync, 6)).parked(sync).verdict(Stuck);
    vec![
        ("a part of the sale is recorded", in_part()),
        (
            "a part of the sale was recorded, and the rest by a repeat",
            in_part().effect(Synced).done(sync).verdict(Committed),
        ),
        ("a part of the sale was recorded and taken back", reverted(in_part())),
        (
            "a part of the sale was recorded, then the rest, and all taken back",
            reverted(in_part().effect(Synced)),
        ),
        ("a part of the sale could not be taken back", held),
    ]
}

fn notices() -> Vec<(&'static str, Story)> {
    let unsynced = |story: Story| {
        story
            .refused("external_inventory_sync")
            .unwinding()
            .undone("external_inventory_sync", Undo::WasRefused)
    };
    let doubt = || unsynced(charged().in_doubt("notify"));
    let undone = |story: Story| refunded(story.undone("notify", Undo::Reversed)).verdict(Compensated);
    let uncorrected = refunded(unsynced(notified()).undoing_at("notify", 7));
    let by_mail = unsynced(charged().done("notify")).undone("notify", Undo::Reversed);
    vec![
        ("a notice that may have gone out is corrected", undone(doubt().effect(CorrectionSent))),
        ("its correction overtook it", undone(doubt().effect(CorrectionSent).effect(Sent))),
        (
            "it went out twice, and so did its correction",
            undone(doubt().effect(Sent).effect(Sent).effect(CorrectionSent).effect(CorrectionSent)),
        ),
        ("one correction of two copies", undone(doubt().effect(Sent).effect(Sent).effect(CorrectionSent))),
        ("the correction could not be sent", uncorrected.parked("notify").verdict(Compensated)),
        ("notice and correction went out as mail", refunded(by_mail).verdict(Compensated)),
        ("a notice that proved not to have gone out", {
            refunded(unsynced(charged().started("notify")).undone("notify", Undo::NothingHappened))
                .verdict(Compensated)
        }),
    ]
}

fn unwinds() -> Vec<(&'static str, Story)> {
    let swept = buried_after_charge(charged().unwinding().taken_over(0));
    let second = buried_after_charge(charged().unwinding().taken_over(0)).taken_over(300);
    // The first one could not reach whoever refunds, and undid the others.
    let late = || released(buried_after_charge(charged().unwinding()));
    let late = late().taken_over(300).effect(Refunded).undone_at("charge", Undo::Reversed, 301);
    vec![
        ("stopped, swept and unwound", refunded(swept).verdict(Compensated)),
        ("unwound by a second unwind", refunded(second).verdict(Compensated)),
        ("undone by a later unwind, after the steps before it", late.verdict(Compensated)),
    ]
}

fn stuck() -> Vec<(&'static str, Story)> {
    let given_up = charged().unwinding().taken_over(0).taken_over(100).taken_over(200);
    let given_up =
        ["order", "reserve_stock", "charge"].iter().fold(given_up, |story, step| story.parked(step));
    let doubt = buried_after_charge(reserved().in_doubt("charge").effect(Prepared).unwinding());
    let nothing_held = released(doubt.undoing_at("charge", 8)).parked("charge").verdict(Stuck);
    let two = notified().refused("external_inventory_sync").unwinding();
    let two = two.undone("external_inventory_sync", Undo::WasRefused).undoing_at("notify", 7);
    let two = released(two.undoing_at("charge", 8)).parked("notify").parked("charge").verdict(Stuck);
    vec![
        ("the refund failed", refund_failed()),
        ("settled after three unwinds, with late tombstones", {
            given_up.buried("notify").buried("external_inventory_sync").verdict(Stuck)
        }),
        ("parked in doubt, and nothing is held", nothing_held),
        ("refund and correction failed", two),
        ("a repair is under way", refund_failed().repairing("charge")),
        ("a repair has given the money back, and has not said so", {
            refund_failed().repairing("charge").effect(Refunded)
        }),
        ("a repair failed as well", refund_failed().taken_over(3000)),
        ("a person says that the money was given back", decided(Undo::Resolved)),
        ("a person accepted that the money is kept", decided(Undo::Accepted)),
        ("a person had the money given back", repaired()),
    ]
}
