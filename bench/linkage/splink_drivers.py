"""Splink (DuckDB) on a driver file: python splink_drivers.py input.csv output.csv

Its demo configuration carried over to the columns at hand: ten blocking rules, term frequencies, a fuzzy name comparison, u by
random sampling, m by EM in four passes. Masked ids and numbers become null, since Splink would take equal masks for equal
values; a user would do the same. Prints one JSON line: seconds, peak memory, version. Pairs with p >= 0.5 are clustered at each
of THRESHOLDS, so that the evaluator can give it its best.
"""

import json
import os
import resource
import sys
import time

started = time.monotonic()
import duckdb
import splink
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999]

source, target = sys.argv[1:3]
connection = duckdb.connect()
connection.execute(f"SET threads TO {os.cpu_count()}")
connection.execute(
    f"""
    CREATE TABLE drivers AS
    SELECT record_id,
        nullif(platform, '') AS platform,
        nullif(platform || platform_driver_id, platform) AS account,
        replace(name, ' ', '') AS name,
        substr(replace(name, ' ', ''), 1, 1) AS surname,
        CASE WHEN resident_id LIKE '%*%' THEN NULL ELSE nullif(upper(resident_id), '') END AS resident_id,
        CASE WHEN resident_id LIKE '%*%' OR length(resident_id) < 18 THEN NULL ELSE substr(resident_id, 7, 8) END AS birth,
        CASE WHEN mobile LIKE '%*%' THEN NULL
            ELSE nullif(regexp_replace(split_part(mobile, ';', 1), '^\\+86 ', ''), '') END AS mobile,
        nullif(upper(replace(split_part(plate, ';', 1), '·', '')), '') AS plate,
        nullif(residence, '') AS residence,
        nullif(household, '') AS household
    FROM read_csv('{source}', header = true, all_varchar = true, nullstr = 'never a null')
    """
)

settings = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="record_id",
    blocking_rules_to_generate_predictions=[
        block_on("resident_id"),
        block_on("mobile"),
        block_on("plate", "surname"),
        block_on("name", "birth"),
        block_on("substr(resident_id, 1, 14)", "surname"),
        block_on("substr(resident_id, 7, 12)"),
        block_on("name", "plate"),
        block_on("name", "substr(mobile, 1, 7)"),
        block_on("substr(mobile, 4, 8)", "surname"),
        block_on("account"),
    ],
    comparisons=[
        cl.CustomComparison(
            output_column_name="name",
            comparison_levels=[
                cll.NullLevel("name"),
                cll.ExactMatchLevel("name", term_frequency_adjustments=True),
                cll.DamerauLevenshteinLevel("name", 1),
                cll.ExactMatchLevel("surname"),
                cll.ElseLevel(),
            ],
        ),
        cl.DamerauLevenshteinAtThresholds("resident_id", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("mobile", [1, 2]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("plate", [1]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("residence").configure(term_frequency_adjustments=True),
        cl.ExactMatch("household").configure(term_frequency_adjustments=True),
    ],
    retain_intermediate_calculation_columns=False,
    retain_matching_columns=False,
)

api = DuckDBAPI(connection)
drivers = api.register("drivers") if hasattr(api, "register") else "drivers"
linker = Linker(drivers, settings) if hasattr(api, "register") else Linker(drivers, settings, api)
linker.training.estimate_probability_two_random_records_match(
    [block_on("resident_id"), block_on("name", "mobile"), block_on("name", "plate")], recall=0.8
)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
for rule in (block_on("resident_id"), block_on("mobile"), block_on("plate"), block_on("name", "birth")):
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
predictions = linker.inference.predict(threshold_match_probability=0.5)
clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, 0.95)
api_clusters = clusters.physical_name
connection.execute(f"COPY (SELECT record_id, cluster_id FROM {api_clusters}) TO '{target}' (HEADER)")
seconds = time.monotonic() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
for threshold in THRESHOLDS:
    other = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold).physical_name
    connection.execute(f"COPY (SELECT record_id, cluster_id FROM {other}) TO '{target}.{threshold}' (HEADER)")
print(json.dumps({"seconds": seconds, "peakBytes": peak, "version": splink.__version__, "thresholds": THRESHOLDS}))
