"""The main job, told portal by portal; the story is `tests.journeys.test_main_job`."""
