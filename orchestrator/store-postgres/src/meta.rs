//! What the database says about itself: its deployment id.

use amends_store::StoreError;
use amends_types::DeploymentId;
use sqlx::PgConnection;

use crate::error::store_error;

const MINT: &str = "INSERT INTO meta (id, deployment_id) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
const SELECT: &str = "SELECT deployment_id FROM meta WHERE id = 1";
const REPLACE: &str = "UPDATE meta SET deployment_id = $1 WHERE id = 1";

/// The deployment id; minted by whoever comes first.
pub(crate) async fn load_or_mint(db: &mut PgConnection) -> Result<DeploymentId, StoreError> {
    let minted = DeploymentId::mint().to_string();
    sqlx::query(MINT).bind(minted).execute(&mut *db).await.map_err(|error| store_error(&error))?;
    load(db).await
}

/// The deployment id of a database that must have one.
pub(crate) async fn load(db: &mut PgConnection) -> Result<DeploymentId, StoreError> {
    let text: Option<String> =
        sqlx::query_scalar(SELECT).fetch_optional(db).await.map_err(|error| store_error(&error))?;
    let deployment = text.and_then(|text| text.parse().ok());
    deployment.ok_or_else(|| StoreError::Corrupt("meta has no deployment id".to_owned()))
}

/// Gives the database another deployment id: it is a copy.
pub(crate) async fn mint_anew(db: &mut PgConnection) -> Result<DeploymentId, StoreError> {
    let minted = DeploymentId::mint();
    sqlx::query(REPLACE).bind(minted.to_string()).execute(db).await.map_err(|error| store_error(&error))?;
    Ok(minted)
}
