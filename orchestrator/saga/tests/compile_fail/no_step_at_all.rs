//! Something that is no step, given to the builder.

use amends_saga::SagaDefinition;

struct Charge;

fn main() {
    SagaDefinition::builder("orders").step::<Charge>().build();
}
