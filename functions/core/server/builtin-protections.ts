/**
 * Roles of the provider that runs the server. Most of them are superusers; the others are needed as well.
 * They belong to Amazon RDS and Aurora, Azure Database, Google Cloud SQL and AlloyDB, Neon, Huawei Cloud, and
 * the last ones are the initial users of GaussDB(DWS) and openGauss.
 */
export const PROVIDER_ROLES: readonly string[] = [
  'rdsadmin',
  'rdsproxyadmin',
  'rdsrepladmin',
  'rdstopmgr',
  'azuresu',
  'cloudsqladmin',
  'cloudsqlagent',
  'cloudsqlreplica',
  'cloudsqlimportexport',
  'alloydbadmin',
  'alloydbagent',
  'cloud_admin',
  'rdsAdmin',
  'rdsMetric',
  'rdsBackup',
  'rdsRepl',
  'Ruby',
  'omm',
];

/**
 * Applications that look idle while they work, or whose loss people notice only when they need them. Backups
 * keep a control connection idle for hours (pgbackrest issue 2789, barman 333, pgcopydb 116, gpbackup 476,
 * greenmask 350). Cluster managers and monitoring agents keep one on purpose.
 */
export const BUILTIN_APPLICATIONS: readonly string[] = [
  // Backups, dumps, copies.
  'pg_dump*',
  'pg_restore*',
  'pg_basebackup*',
  'pg_receivewal*',
  'pg_rewind*',
  'pg_probackup*',
  'pgbackrest*',
  'pgBackRest*',
  'barman*',
  'wal-g*',
  'WAL-G*',
  'walg*',
  'pgcopydb*',
  'gpbackup*',
  'greenmask*',
  'gs_dump*',
  'gs_restore*',
  'gs_basebackup*',
  'gs_probackup*',
  'gs_roach*',
  // Replication that connects like a client.
  'AWS DMS*',
  'Debezium*',
  // What a coordinator of Citus opens on a worker (citusdata/citus connection_management.h).
  'citus_internal gpid=*',
  'citus_rebalancer gpid=*',
  'citus_run_command gpid=*',
  // Migrations and maintenance.
  'pg_repack*',
  'pg_squeeze*',
  'flyway*',
  'Flyway*',
  'liquibase*',
  'Liquibase*',
  // Cluster managers and job runners.
  'Patroni*',
  'patroni*',
  'repmgr*',
  'pg_auto_failover*',
  'pg_autoctl*',
  'pg_cron*',
  'cm_agent*',
  'gs_clean*',
  // Monitoring agents.
  'datadog*',
  'Datadog*',
  'postgres_exporter*',
  'postgres-exporter*',
  'pg_exporter*',
  'pgwatch*',
  'temboard*',
  'pganalyze*',
  'check_postgres*',
  'telegraf*',
  'newrelic*',
  'zabbix*',
  'Zabbix*',
  'pmm-agent*',
];
