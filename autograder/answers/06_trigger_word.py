"""Unit 06: the mistakes that students make, and right answers written otherwise, to try the graders on.

docs/writing-a-unit.md says how this file is read.
"""

# %% words
{
    "samples": "the samples",
    "starts": "where the frames start",
    "places": "the places of the frames' samples",
    "transformed": "the transformed frames",
    "power": "the power",
    "frames": "the frames",
    "segment": "the segment",
    "segments": "the segments that are taken",
    "start": "the start",
    "end": "the end",
    "previous_start": "the start of the other segment",
    "previous_end": "the end of the other segment",
    "length": "the length of the background",
    "duration": "the duration of the clip",
    "audio": "the audio",
    "first": "the clip's first sample",
    "labels": "the labels",
    "step": "the step",
    "below": "whether the step before was below the threshold",
    "times": "the times that were found",
    "moment": "the moment",
    "left": "the true events that are left",
    "hits": "the hits",
    "precision": "the precision",
    "recall": "the recall",
    "f1": "F1",
    "model": "the model",
    "answers": "the answers",
    "new": "the frames",
    "steps": "the steps that can be answered",
    "state": "the state",
    "x": "the spectrogram",
    "y": "the labels",
    "T_y": "the number of steps",
}

# --------------------------------------------------------------------------------------------------------- spectrogram


# %% mistake="axes_swapped" exercise="spectrogram" kind="exchanged" says="the axes are swapped: a row should be a moment and a column a frequency"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6).T


# %% mistake="no_window" exercise="spectrogram" kind="related_function" says="the frames are not multiplied by the window"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places])) ** 2 + 1e-6)


# %% mistake="another_window" exercise="spectrogram" kind="related_function" says="the window is another one than Hann's"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hamming(frame))) ** 2 + 1e-6)


# %% mistake="amplitude" exercise="spectrogram" kind="related_function" says="the amplitude is not squared to give the power"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) + 1e-6)


# %% mistake="decibels" exercise="spectrogram" kind="related_function" says="the result is in decibels instead of natural logarithms"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return 10 * np.log10(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="base_ten" exercise="spectrogram" kind="related_function" says="the logarithm is to base 10 instead of the natural one"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log10(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="no_logarithm" exercise="spectrogram" kind="conversion" says="the logarithm is left out"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2


# %% mistake="silence_has_no_logarithm" exercise="spectrogram" kind="overflow" says="nothing is added to the power before the logarithm, so silence is minus infinity"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2)


# %% mistake="last_frame_lost" exercise="spectrogram" kind="boundary" says="the last frame is lost when it just fits"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="last_frame_padded" exercise="spectrogram" kind="padding" says="a last frame that is not whole is padded with zeros"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    rows = []
    for start in range(0, len(samples), hop):
        piece = np.zeros(frame)
        piece[: len(samples[start : start + frame])] = samples[start : start + frame]
        rows.append(np.log(np.abs(np.fft.rfft(piece * np.hanning(frame))) ** 2 + 1e-6))
    return np.array(rows)


# %% mistake="frames_side_by_side" exercise="spectrogram" kind="option" says="frames start one frame after the other, and hop is not used"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, frame)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="left_channel" exercise="spectrogram" kind="wrong_step" says="only the first channel of a stereo recording is used"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples[:, 0]
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="channels_added" exercise="spectrogram" kind="average" says="the channels of a stereo recording are added up instead of averaged"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.sum(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="channels_in_a_row" exercise="spectrogram" kind="form" says="the channels of a stereo recording are read one sample after the other as if they were one sound"
def spectrogram(samples, frame, hop):
    samples = samples.ravel()
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="mean_of_each_channel" exercise="spectrogram" kind="axis" says="the mean is taken over the samples of each channel instead of over the channels"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=0)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="stereo_forgotten" exercise="spectrogram" kind="form" says="a stereo recording is read as if it had one channel: its samples are pairs"
def spectrogram(samples, frame, hop):
    rows = []
    for start in range(0, len(samples) - frame + 1, hop):
        piece = samples[start : start + frame] * np.hanning(frame)
        rows.append(np.log(np.abs(np.fft.rfft(piece)) ** 2 + 1e-6))
    return np.array(rows).reshape(len(rows), frame // 2 + 1)


# %% mistake="nothing_has_no_columns" exercise="spectrogram" kind="boundary" says="of a sound shorter than a frame there should be no rows, but as many columns as ever"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    rows = []
    for start in range(0, len(samples) - frame + 1, hop):
        piece = samples[start : start + frame] * np.hanning(frame)
        rows.append(np.log(np.abs(np.fft.rfft(piece)) ** 2 + 1e-6))
    return np.array(rows)


# %% mistake="both_halves" exercise="spectrogram" kind="added_twice" says="the transform keeps the mirrored half of the frequencies, which says nothing new"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.fft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="real_part" exercise="spectrogram" kind="related_function" says="only the real part of the transform is squared"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.fft.rfft(samples[places] * np.hanning(frame)).real ** 2 + 1e-6)


# %% mistake="channels_by_the_samples" exercise="spectrogram" kind="average" says="the sum of the channels is divided by the number of samples instead of by the number of channels"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.sum(axis=1) / len(samples)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% mistake="not_squared_at_all" exercise="spectrogram" kind="related_function" says="the real part of the transform stands in the place of the power, and may be negative"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.fft.rfft(samples[places] * np.hanning(frame)).real + 1e-6)


# %% mistake="no_frames" exercise="spectrogram" kind="boundary" says="no frame is cut at all"
def spectrogram(samples, frame, hop):
    return np.zeros((0, frame // 2 + 1))


# %% mistake="a_row_too_many" exercise="spectrogram" kind="boundary" says="what is shorter than a frame should give no rows, and gives some"
def spectrogram(samples, frame, hop):
    if len(samples) < frame:
        return np.zeros((2, frame // 2 + 1))
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    places = np.arange(0, len(samples) - frame + 1, hop)[:, None] + np.arange(frame)
    return np.log(np.abs(np.fft.rfft(samples[places] * np.hanning(frame))) ** 2 + 1e-6)


# %% paraphrase="frame_by_frame" exercise="spectrogram"
def spectrogram(samples, frame, hop):
    mono = samples if samples.ndim == 1 else np.mean(samples, axis=1)
    fade = np.hanning(frame)
    rows = []
    start = 0
    while start + frame <= len(mono):
        values = np.fft.rfft(fade * mono[start : start + frame])
        rows.append(np.log(values.real**2 + values.imag**2 + 1e-6))
        start += hop
    return np.array(rows).reshape(len(rows), frame // 2 + 1)


# %% paraphrase="sliding_windows" exercise="spectrogram"
def spectrogram(samples, frame, hop):
    if samples.ndim > 1:
        samples = samples.sum(axis=1) / samples.shape[1]
    if len(samples) < frame:
        return np.zeros((0, frame // 2 + 1))
    windows = np.lib.stride_tricks.sliding_window_view(samples, frame)[::hop]
    spectrum = np.fft.rfft(windows * np.hanning(frame), axis=-1)
    return np.log((spectrum * np.conj(spectrum)).real + 1e-6)


# %% paraphrase="frames_as_columns" exercise="spectrogram"
def spectrogram(samples, frame, hop):
    if samples.ndim == 2:
        samples = (samples[:, 0] + samples[:, 1]) / 2
    count = (len(samples) - frame + hop) // hop
    starts = hop * np.arange(max(count, 0))
    places = np.arange(frame)[:, None] + starts
    transformed = np.fft.rfft(np.hanning(frame)[:, None] * samples[places], axis=0)
    power = np.square(np.abs(transformed))
    return np.log(power + 1e-6).T


# ------------------------------------------------------------------------------------------------------ is_overlapping


# %% mistake="open_ends" exercise="is_overlapping" kind="boundary" says="segments that share just one end are said not to overlap"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(start < previous_end and previous_start < end for previous_start, previous_end in previous_segments)


# %% mistake="its_start_only" exercise="is_overlapping" kind="condition" says="only the start of the segment is looked for in the others"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(previous_start <= start <= previous_end for previous_start, previous_end in previous_segments)


# %% mistake="its_end_only" exercise="is_overlapping" kind="condition" says="only the end of the segment is looked for in the others"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(previous_start <= end <= previous_end for previous_start, previous_end in previous_segments)


# %% mistake="other_end_open" exercise="is_overlapping" kind="boundary" says="the last millisecond of another segment is not counted as its own"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(start < previous_end and previous_start <= end for previous_start, previous_end in previous_segments)


# %% mistake="own_end_open" exercise="is_overlapping" kind="boundary" says="the last millisecond of the segment is not counted as its own"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(start <= previous_end and previous_start < end for previous_start, previous_end in previous_segments)


# %% mistake="other_end_left_out" exercise="is_overlapping" kind="boundary" says="the last millisecond of another segment is not looked at"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(max(start, other[0]) <= min(end, other[1] - 1) for other in previous_segments)


# %% mistake="own_end_left_out" exercise="is_overlapping" kind="boundary" says="the last millisecond of the segment is not looked at"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(max(start, other[0]) <= min(end - 1, other[1]) for other in previous_segments)


# %% mistake="always_false" exercise="is_overlapping" kind="condition" says="it says that nothing ever overlaps"
def is_overlapping(segment_time, previous_segments):
    return False


# %% mistake="its_ends_only" exercise="is_overlapping" kind="condition" says="a segment that lies around another one is said not to overlap"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    for previous_start, previous_end in previous_segments:
        if previous_start <= start <= previous_end or previous_start <= end <= previous_end:
            return True
    return False


# %% mistake="the_other_inside_only" exercise="is_overlapping" kind="condition" says="it is asked whether the other segment begins inside this one, and not whether this one begins inside the other"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(start <= previous_start <= end for previous_start, previous_end in previous_segments)


# %% mistake="first_one_only" exercise="is_overlapping" kind="condition" says="only the first of the previous segments is looked at"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    for previous_start, previous_end in previous_segments:
        if start <= previous_end and previous_start <= end:
            return True
        else:
            return False
    return False


# %% mistake="last_one_only" exercise="is_overlapping" kind="condition" says="only the last of the previous segments decides"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    overlap = False
    for previous_start, previous_end in previous_segments:
        overlap = start <= previous_end and previous_start <= end
    return overlap


# %% mistake="all_of_them" exercise="is_overlapping" kind="condition" says="it is true only if the segment overlaps with all others; one is enough"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return all(start <= previous_end and previous_start <= end for previous_start, previous_end in previous_segments)


# %% mistake="or_for_and" exercise="is_overlapping" kind="condition" says="one of the two conditions is taken to be enough; both have to hold"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return any(start <= previous_end or previous_start <= end for previous_start, previous_end in previous_segments)


# %% mistake="the_other_way_round" exercise="is_overlapping" kind="condition" says="the answers are the other way round"
def is_overlapping(segment_time, previous_segments):
    start, end = segment_time
    return not any(start <= previous_end and previous_start <= end for previous_start, previous_end in previous_segments)


# %% paraphrase="not_apart" exercise="is_overlapping"
def is_overlapping(segment_time, previous_segments):
    return any(not (segment_time[1] < other[0] or segment_time[0] > other[1]) for other in previous_segments)


# %% paraphrase="milliseconds" exercise="is_overlapping"
def is_overlapping(segment_time, previous_segments):
    mine = set(range(segment_time[0], segment_time[1] + 1))
    overlap = False
    for start, end in previous_segments:
        if mine & set(range(start, end + 1)):
            overlap = True
    return overlap


# %% paraphrase="later_start_earlier_end" exercise="is_overlapping"
def is_overlapping(segment_time, previous_segments):
    begin, stop = segment_time
    for other_begin, other_stop in previous_segments:
        if max(begin, other_begin) <= min(stop, other_stop):
            return True
    return False


# %% paraphrase="arrays" exercise="is_overlapping"
def is_overlapping(segment_time, previous_segments):
    others = np.array(previous_segments, dtype=int).reshape(-1, 2)
    return np.any((segment_time[0] <= others[:, 1]) & (segment_time[1] >= others[:, 0]))


# --------------------------------------------------------------------------------------------------- insert_audio_clip


# %% mistake="end_after_the_clip" exercise="insert_audio_clip" kind="boundary" says="the segment ends one millisecond after the clip"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="background_in_place" exercise="insert_audio_clip" kind="in_place" says="the clip is added to the background that was given, and not to a copy"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            background[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return background / max(1.0, np.abs(background).max()), segment
    return background.copy(), None


# %% mistake="segments_in_place" exercise="insert_audio_clip" kind="in_place" says="the new segment is appended to the list that was given"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            previous_segments.append(segment)
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="in_the_place_of" exercise="insert_audio_clip" kind="taken_for_another" says="the clip takes the place of the background instead of being added to it"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] = audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="overlap_not_asked" exercise="insert_audio_clip" kind="condition" says="the first place that is drawn is taken, whether it is free or not"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    start = int(rng.integers(0, length - duration + 1))
    audio = background.copy()
    audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
    return audio / max(1.0, np.abs(audio).max()), (start, start + duration - 1)


# %% mistake="inserted_all_the_same" exercise="insert_audio_clip" kind="condition" says="after the last try the clip is inserted although no free place was found"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            break
    audio = background.copy()
    audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
    return audio / max(1.0, np.abs(audio).max()), segment


# %% mistake="none_but_inserted" exercise="insert_audio_clip" kind="form" says="it says that it gave up, and has inserted the clip all the same"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    audio = background.copy()
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            break
    else:
        segment = None
    audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
    return audio / max(1.0, np.abs(audio).max()), segment


# %% mistake="one_try" exercise="insert_audio_clip" kind="condition" says="it gives up after the first try"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    start = int(rng.integers(0, length - duration + 1))
    segment = (start, start + duration - 1)
    if is_overlapping(segment, previous_segments):
        return background.copy(), None
    audio = background.copy()
    audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
    return audio / max(1.0, np.abs(audio).max()), segment


# %% mistake="same_place_again" exercise="insert_audio_clip" kind="draws" says="no new place is drawn for the next try"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    start = int(rng.integers(0, length - duration + 1))
    for _ in range(MAX_TRIES):
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="never_gives_up" exercise="insert_audio_clip" kind="condition" says="it never gives up, and goes on for ever when no place is free"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    start = int(rng.integers(0, length - duration + 1))
    while is_overlapping((start, start + duration - 1), previous_segments):
        start = int(rng.integers(0, length - duration + 1))
    audio = background.copy()
    audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
    return audio / max(1.0, np.abs(audio).max()), (start, start + duration - 1)


# %% mistake="too_loud" exercise="insert_audio_clip" kind="condition" says="a sum that goes beyond -1 or 1 is not turned down: the loudest sample counts, above or below 0"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio, segment
    return background.copy(), None


# %% mistake="cut_off" exercise="insert_audio_clip" kind="related_function" says="a loud sum is cut off at -1 and 1 instead of being turned down as a whole"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return np.clip(audio, -1, 1), segment
    return background.copy(), None


# %% mistake="always_as_loud_as_can_be" exercise="insert_audio_clip" kind="condition" says="the sum is divided by its largest value even where that is below 1"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / np.abs(audio).max(), segment
    return background.copy(), None


# %% mistake="peak_without_sign" exercise="insert_audio_clip" kind="condition" says="the loudest sample is looked for among the positive ones only"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, audio.max()), segment
    return background.copy(), None


# %% mistake="last_start_left_out" exercise="insert_audio_clip" kind="draws" says="the last start at which the clip fits is never drawn"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, max(1, length - duration)))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="too_long_not_asked" exercise="insert_audio_clip" kind="boundary" says="a clip that is longer than the background is not asked for"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="milliseconds_as_samples" exercise="insert_audio_clip" kind="units" says="the start in milliseconds is used as a number of samples"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start : start + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="global_generator" exercise="insert_audio_clip" kind="generator" says="the place is drawn with NumPy's global generator instead of the given one"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(np.random.randint(0, length - duration + 1))
        segment = (start, start + duration - 1)
        if not is_overlapping(segment, previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), segment
    return background.copy(), None


# %% mistake="never_inserted" exercise="insert_audio_clip" kind="condition" says="it gives up every time, whatever place is free"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    return background.copy(), None


# %% mistake="end_is_the_length" exercise="insert_audio_clip" kind="form" says="the second number of the segment is its length instead of its end"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        if not is_overlapping((start, start + duration - 1), previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), (start, duration)
    return background.copy(), None


# %% mistake="returned_segment_too_long" exercise="insert_audio_clip" kind="boundary" says="the returned segment ends one millisecond after the clip"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    if duration > length:
        return background.copy(), None
    for _ in range(MAX_TRIES):
        start = int(rng.integers(0, length - duration + 1))
        if not is_overlapping((start, start + duration - 1), previous_segments):
            audio = background.copy()
            audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
            return audio / max(1.0, np.abs(audio).max()), (start, start + duration)
    return background.copy(), None


# %% paraphrase="all_free_places" exercise="insert_audio_clip"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    length, duration = len(background) // SAMPLES_PER_MS, duration_ms(audio_clip)
    free = [
        start
        for start in range(length - duration + 1)
        if not is_overlapping((start, start + duration - 1), previous_segments)
    ]
    audio = np.array(background)
    if not free:
        return audio, None
    start = int(rng.choice(free))
    audio[start * SAMPLES_PER_MS :][: len(audio_clip)] += audio_clip
    loudest = np.max(np.abs(audio))
    if loudest > 1:
        audio = audio / loudest
    return audio, (start, start + duration - 1)


# %% paraphrase="padded_sum" exercise="insert_audio_clip"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    duration = duration_ms(audio_clip)
    room = len(background) // SAMPLES_PER_MS - duration
    tries, segment = 0, None
    while room >= 0 and segment is None and tries < MAX_TRIES:
        start = rng.integers(room, endpoint=True)
        if not is_overlapping((start, start + duration - 1), previous_segments):
            segment = [int(start), int(start) + duration - 1]
        tries += 1
    if segment is None:
        return background, None
    before = np.zeros(segment[0] * SAMPLES_PER_MS)
    after = np.zeros(len(background) - len(before) - len(audio_clip))
    total = background + np.concatenate([before, audio_clip, after])
    return total / np.maximum(1, max(total.max(), -total.min())), tuple(segment)


# %% paraphrase="again_and_again" exercise="insert_audio_clip"
def insert_audio_clip(background, audio_clip, previous_segments, rng):
    duration = duration_ms(audio_clip)
    last = len(background) // SAMPLES_PER_MS - duration

    def free_place(tries):
        if tries == 0 or last < 0:
            return None
        start = int(rng.integers(0, last + 1))
        taken = is_overlapping((start, start + duration - 1), previous_segments)
        return free_place(tries - 1) if taken else start

    start = free_place(MAX_TRIES)
    if start is None:
        return background.copy(), None
    audio = background.copy()
    audio[start * SAMPLES_PER_MS : start * SAMPLES_PER_MS + len(audio_clip)] += audio_clip
    peak = np.abs(audio).max()
    return (audio / peak if peak > 1 else audio), (start, start + duration - 1)


# %% equivalent="wrong_steps-c4c75f" exercise="insert_audio_clip" because="29 tries find a place as well as 30 do; how many are enough is ours to choose"

# %% equivalent="wrong_steps-e97558" exercise="insert_audio_clip" because="29 tries find a place as well as 30 do; how many are enough is ours to choose"

# %% equivalent="wrong_steps-c986b0" exercise="insert_audio_clip" because="the number of the try is not used"

# --------------------------------------------------------------------------------------------------------- insert_ones


# %% mistake="a_step_too_early" exercise="insert_ones" kind="number" says="the ones begin with the step in which the word ends instead of the one after it"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[step : step + n_ones] = 1
    return labels


# %% mistake="a_step_too_late" exercise="insert_ones" kind="number" says="the ones begin a step too late"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[step + 2 : step + 2 + n_ones] = 1
    return labels


# %% mistake="before_the_end" exercise="insert_ones" kind="number" says="the ones come before the end of the word instead of after it"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[max(0, step - n_ones) : step] = 1
    return labels


# %% mistake="up_to_the_end" exercise="insert_ones" kind="number" says="the ones come before the end of the word instead of after it"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[max(0, step + 1 - n_ones) : step + 1] = 1
    return labels


# %% mistake="a_single_one" exercise="insert_ones" kind="number" says="a single step is labelled instead of so many"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[step + 1 : step + 2] = 1
    return labels


# %% mistake="around_the_end" exercise="insert_ones" kind="number" says="the ones lie around the end of the word, half of them over the word itself"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[max(0, step - n_ones // 2) : step - n_ones // 2 + n_ones] = 1
    return labels


# %% mistake="everything_after" exercise="insert_ones" kind="number" says="everything after the word is labelled instead of so many steps"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    labels[segment_end_ms // step_ms + 1 :] = 1
    return labels


# %% mistake="one_too_few" exercise="insert_ones" kind="number" says="there is one label too few"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[step + 1 : step + n_ones] = 1
    return labels


# %% mistake="always_fifty" exercise="insert_ones" kind="option" says="there are always 50 ones, whatever number is given"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    labels[step + 1 : step + 51] = 1
    return labels


# %% mistake="not_cut" exercise="insert_ones" kind="boundary" says="labels beyond the last step are written, where there are none"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    for t in range(step + 1, step + 1 + n_ones):
        labels[t, 0] = 1
    return labels


# %% mistake="grown" exercise="insert_ones" kind="boundary" says="the labels grow beyond the last step instead of being cut there"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    step = segment_end_ms // step_ms
    labels = np.zeros((max(len(y), step + 1 + n_ones), 1), dtype=y.dtype)
    labels[: len(y)] = y
    labels[step + 1 : step + 1 + n_ones] = 1
    return labels


# %% mistake="not_near_the_end" exercise="insert_ones" kind="boundary" says="a word near the end gets no ones at all instead of as many as fit"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // step_ms
    if step + 1 + n_ones <= len(y):
        labels[step + 1 : step + 1 + n_ones] = 1
    return labels


# %% mistake="labels_in_place" exercise="insert_ones" kind="in_place" says="the labels that were given are changed in place"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    step = segment_end_ms // step_ms
    y[step + 1 : step + 1 + n_ones] = 1
    return y


# %% mistake="begins_anew" exercise="insert_ones" kind="not_carried" says="the ones that were there before are lost"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = np.zeros_like(y)
    step = segment_end_ms // step_ms
    labels[step + 1 : step + 1 + n_ones] = 1
    return labels


# %% mistake="milliseconds_are_steps" exercise="insert_ones" kind="units" says="milliseconds are taken for steps"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    labels[segment_end_ms + 1 : segment_end_ms + 1 + n_ones] = 1
    return labels


# %% mistake="as_if_ten_seconds" exercise="insert_ones" kind="number" says="the step is worked out as if every sound had ten seconds"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = int(segment_end_ms * len(y) / 10000.0)
    labels[step + 1 : step + 1 + n_ones] = 1
    return labels


# %% mistake="rounded" exercise="insert_ones" kind="number" says="the step of the end is rounded to the nearest one instead of being the one in which it lies"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = round(segment_end_ms / step_ms)
    labels[step + 1 : step + 1 + n_ones] = 1
    return labels


# %% mistake="step_of_the_lesson" exercise="insert_ones" kind="option" says="the given length of a step is not used"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    step = segment_end_ms // STEP_MS
    labels[step + 1 : step + 1 + n_ones] = 1
    return labels


# %% mistake="everything_before_too" exercise="insert_ones" kind="number" says="everything before the end of the word is labelled, too"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    labels = y.copy()
    labels[: segment_end_ms // step_ms + 1 + n_ones] = 1
    return labels


# %% mistake="nothing_labelled" exercise="insert_ones" kind="left_undone" says="no step is labelled at all"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    return y.copy()


# %% paraphrase="step_by_step" exercise="insert_ones"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    new = np.array(y)
    at = int(segment_end_ms / step_ms)
    for t in range(at + 1, at + n_ones + 1):
        if t < new.shape[0]:
            new[t, 0] = 1.0
    return new


# %% paraphrase="mask" exercise="insert_ones"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    ago = np.arange(len(y)) - segment_end_ms // step_ms
    return np.where(((ago > 0) & (ago <= n_ones))[:, None], 1, y).astype(y.dtype)


# %% paraphrase="maximum" exercise="insert_ones"
def insert_ones(y, segment_end_ms, step_ms=STEP_MS, n_ones=N_ONES):
    T_y = y.shape[0]
    before = min(T_y, segment_end_ms // step_ms + 1)
    ones = min(T_y - before, n_ones)
    row = np.concatenate([np.zeros(before), np.ones(ones), np.zeros(T_y - before - ones)])
    return np.maximum(y, row.reshape(-1, 1)).astype("float32")


# --------------------------------------------------------------------------------------------- create_training_example


# %% mistake="negatives_labelled" exercise="create_training_example" kind="condition" says="the negatives get ones too"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for clip in [*activates, *negatives]:
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="start_of_the_word" exercise="create_training_example" kind="taken_for_another" says="the ones follow the start of the word instead of its end"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                y = insert_ones(y, segment[0])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="segments_not_kept" exercise="create_training_example" kind="left_undone" says="the segments that are taken are not kept, so clips may lie over one another"
def create_training_example(background, activates, negatives, rng):
    audio = background
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, [], rng)
        if segment is not None and k < len(activates):
            y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="negatives_over_activates" exercise="create_training_example" kind="left_undone" says="the negatives do not know the places of the activates"
def create_training_example(background, activates, negatives, rng):
    audio = background
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for clips, label in ((activates, True), (negatives, False)):
        segments = []
        for clip in clips:
            audio, segment = insert_audio_clip(audio, clip, segments, rng)
            if segment is not None:
                segments.append(segment)
                if label:
                    y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="none_not_expected" exercise="create_training_example" kind="condition" says="a clip that found no place is not left out"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        segments.append(segment)
        if k < len(activates):
            y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="stops_at_none" exercise="create_training_example" kind="condition" says="after a clip without a place no other clip is tried"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is None:
            break
        segments.append(segment)
        if k < len(activates):
            y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="background_again_and_again" exercise="create_training_example" kind="not_carried" says="each clip is put into the bare background, so only the last one is heard"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(background, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="picture_of_the_background" exercise="create_training_example" kind="taken_for_another" says="the spectrogram is that of the bare background"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                y = insert_ones(y, segment[1])
    return spectrogram(background, FRAME, HOP).astype("float32"), y


# %% mistake="labels_dropped" exercise="create_training_example" kind="not_carried" says="the new labels are not kept, so that nothing is labelled"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="last_activate_only" exercise="create_training_example" kind="taken_for_another" says="only the last activate is labelled"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    empty = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    y = empty
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                y = insert_ones(empty, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="labels_per_frame" exercise="create_training_example" kind="form" says="there is a label for each frame instead of one for each step of the answer"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[0], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="negatives_left_out" exercise="create_training_example" kind="left_undone" says="the negatives are not put in"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for clip in activates:
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="negatives_first" exercise="create_training_example" kind="order" says="the negatives are put in before the activates, and may take their places"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*negatives, *activates]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k >= len(negatives):
                y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% mistake="double_precision" exercise="create_training_example" kind="form" says="the spectrogram is not float32"
def create_training_example(background, activates, negatives, rng):
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float64"), y


# %% mistake="a_generator_of_its_own" exercise="create_training_example" kind="generator" says="chance comes from a generator made inside instead of the given one"
def create_training_example(background, activates, negatives, rng):
    rng = np.random.default_rng(0)
    audio, segments = background, []
    y = np.zeros((number_of_steps(len(background))[1], 1), dtype="float32")
    for k, clip in enumerate([*activates, *negatives]):
        audio, segment = insert_audio_clip(audio, clip, segments, rng)
        if segment is not None:
            segments.append(segment)
            if k < len(activates):
                y = insert_ones(y, segment[1])
    return spectrogram(audio, FRAME, HOP).astype("float32"), y


# %% paraphrase="one_loop" exercise="create_training_example"
def create_training_example(background, activates, negatives, rng):
    sound, taken, ends = background.copy(), [], []
    for number, clip in enumerate(list(activates) + list(negatives)):
        sound, place = insert_audio_clip(sound, clip, taken, rng)
        if place is None:
            continue
        taken = taken + [place]
        if number < len(activates):
            ends.append(place[1])
    labels = np.zeros((number_of_steps(len(sound))[1], 1))
    for end in ends:
        labels = insert_ones(labels, end, STEP_MS, N_ONES)
    return np.float32(spectrogram(sound, FRAME, HOP)), labels.astype("float32")


# %% paraphrase="a_function_inside" exercise="create_training_example"
def create_training_example(background, activates, negatives, rng):
    state = {"audio": background, "segments": []}

    def put(clip):
        state["audio"], segment = insert_audio_clip(state["audio"], clip, state["segments"], rng)
        state["segments"] += [] if segment is None else [segment]
        return segment

    x_steps, y_steps = number_of_steps(len(background))
    y = np.zeros([y_steps, 1], np.float32)
    for segment in [put(clip) for clip in activates]:
        if segment:
            y = insert_ones(y, segment[1])
    for clip in negatives:
        put(clip)
    return spectrogram(state["audio"], frame=FRAME, hop=HOP).astype(np.float32), y


# %% paraphrase="steps_from_the_picture" exercise="create_training_example"
def create_training_example(background, activates, negatives, rng):
    audio, segments, kinds = np.array(background), [], [True] * len(activates) + [False] * len(negatives)
    word_ends = set()
    for clip, is_word in zip([*activates, *negatives], kinds):
        audio, segment = insert_audio_clip(audio, clip, list(segments), rng)
        segments += [] if segment is None else [segment]
        if is_word and segment is not None:
            word_ends.add(segment[1] // STEP_MS)
    x = spectrogram(audio, FRAME, HOP)
    T_y = max(0, (len(x) - KERNEL) // STRIDE + 1)
    y = np.array([[any(0 < t - end <= N_ONES for end in word_ends)] for t in range(T_y)], dtype="float32")
    return x.astype("float32"), y.reshape(T_y, 1)


# %% equivalent="from_the_front-fde68b" exercise="create_training_example" because="the order of the taken segments makes no difference"

# %% equivalent="from_the_front-fde68b-2" exercise="create_training_example" because="the order of the taken segments makes no difference"

# ------------------------------------------------------------------------------------------------------ build_detector


# %% mistake="bidirectional" exercise="build_detector" kind="layer" says="the GRU layers go in both directions, and live there is no later sound"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.Bidirectional(layers.GRU(n_a, return_sequences=True)))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="not_rescaled" exercise="build_detector" kind="layer" says="the inputs are not rescaled"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="padded" exercise="build_detector" kind="padding" says="the convolution pads the sound with zeros on both sides"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride, padding="same"))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="padded_in_front" exercise="build_detector" kind="padding" says="the convolution pads the beginning of the sound with zeros"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride, padding="causal"))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="one_frame_at_a_time" exercise="build_detector" kind="option" says="the convolution moves on by one frame instead of by stride frames"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="no_relu" exercise="build_detector" kind="activation" says="the convolution has no ReLU"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="not_normalised" exercise="build_detector" kind="layer" says="the answers of the convolution are not normalised"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="relu_first" exercise="build_detector" kind="order" says="the ReLU comes before the normalisation instead of after it"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.ReLU())
    model.add(layers.LayerNormalization(center=False, scale=False))
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="one_answer" exercise="build_detector" kind="form" says="the last GRU gives its output at the last step only"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units[:-1]:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.GRU(units[-1]))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="no_sigmoid" exercise="build_detector" kind="activation" says="the last layer has no sigmoid"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="softmax_of_one" exercise="build_detector" kind="layer" says="the last layer is a softmax over a single number, which is always 1"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="softmax"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="lstm" exercise="build_detector" kind="layer" says="there are LSTM layers where GRU layers are asked for"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.LSTM(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="backwards" exercise="build_detector" kind="order" says="the GRU layers go backwards through the sound"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True, go_backwards=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="normalised_in_training_mode" exercise="build_detector" kind="layer" says="a batch normalisation is put in and left in training mode"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(SCALE, OFFSET)(inputs)
    x = layers.Conv1D(filters, kernel_size, strides=stride)(x)
    x = layers.ReLU()(layers.LayerNormalization(center=False, scale=False)(x))
    x = layers.BatchNormalization()(x, training=True)
    for n_a in units:
        x = layers.GRU(n_a, return_sequences=True)(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="scale_learnt_by_batch" exercise="build_detector" kind="layer" says="the inputs are normalised by the batch that they come in instead of being rescaled"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    inputs = keras.Input(input_shape)
    x = layers.BatchNormalization(center=False, scale=False)(inputs, training=True)
    x = layers.Conv1D(filters, kernel_size, strides=stride)(x)
    x = layers.ReLU()(layers.LayerNormalization(center=False, scale=False)(x))
    for n_a in units:
        x = layers.GRU(n_a, return_sequences=True)(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="dropout_left_on" exercise="build_detector" kind="layer" says="dropout is left on when the model is not training"
class _Forgetful(keras.Model):
    def __init__(self, filters, kernel_size, stride, units):
        super().__init__()
        self.scale = layers.Rescaling(SCALE, OFFSET)
        self.convolution = layers.Conv1D(filters, kernel_size, strides=stride)
        self.even = layers.LayerNormalization(center=False, scale=False)
        self.recurrent = [layers.GRU(n_a, return_sequences=True) for n_a in units]
        self.drop = layers.Dropout(0.3)
        self.answer = layers.Dense(1, activation="sigmoid")

    def call(self, x):
        x = ops.relu(self.even(self.convolution(self.scale(x))))
        for layer in self.recurrent:
            x = self.drop(layer(x), training=True)
        return self.answer(x)


def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = _Forgetful(filters, kernel_size, stride, list(units))
    model(np.zeros((1, kernel_size + stride, input_shape[-1]), dtype="float32"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="one_gru" exercise="build_detector" kind="option" says="there is only one GRU layer, whatever units says"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    model.add(layers.GRU(units[0], return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="two_grus" exercise="build_detector" kind="option" says="there are always two GRU layers of the first size"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    model.add(layers.GRU(units[0], return_sequences=True))
    model.add(layers.GRU(units[0], return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# %% mistake="squared_error" exercise="build_detector" kind="loss" says="the loss is the squared error instead of the cross-entropy"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate), "mse")
    return model


# %% mistake="adam_by_default" exercise="build_detector" kind="option" says="the given learning rate is not used"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential([keras.Input(input_shape), layers.Rescaling(SCALE, OFFSET)])
    model.add(layers.Conv1D(filters, kernel_size, strides=stride))
    model.add(layers.LayerNormalization(center=False, scale=False))
    model.add(layers.ReLU())
    for n_a in units:
        model.add(layers.GRU(n_a, return_sequences=True))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile("adam", "binary_crossentropy")
    return model


# %% paraphrase="functional" exercise="build_detector"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    inputs = keras.Input(shape=input_shape)
    values = inputs * SCALE + OFFSET
    values = layers.Conv1D(filters, kernel_size, stride, padding="valid")(values)
    values = layers.LayerNormalization(scale=False, center=False)(values)
    values = layers.ReLU()(values)
    for number in units:
        values = layers.GRU(number, return_sequences=True)(values)
        values = layers.Dropout(0.2)(values)
    outputs = layers.TimeDistributed(layers.Dense(1, activation="sigmoid"))(values)
    model = keras.Model(inputs=inputs, outputs=outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate), loss=keras.losses.BinaryCrossentropy()
    )
    return model


# %% paraphrase="layer_by_layer" exercise="build_detector"
def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = keras.Sequential()
    model.add(keras.Input(input_shape))
    model.add(layers.Rescaling(scale=SCALE, offset=OFFSET))
    model.add(layers.Conv1D(filters=filters, kernel_size=kernel_size, strides=stride))
    model.add(layers.LayerNormalization(axis=-1, center=False, scale=False))
    model.add(layers.Activation("relu"))
    for n_a in units:
        model.add(layers.RNN(layers.GRUCell(n_a), return_sequences=True))
    model.add(layers.Dense(1))
    model.add(layers.Activation("sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate), metrics=["accuracy"])
    return model


# %% paraphrase="own_class" exercise="build_detector"
class _Detector(keras.Model):
    def __init__(self, filters, kernel_size, stride, units):
        super().__init__()
        self.scale = layers.Rescaling(SCALE, OFFSET)
        self.convolution = layers.Conv1D(filters, kernel_size, strides=stride)
        self.even = layers.LayerNormalization(center=False, scale=False)
        self.recurrent = [layers.GRU(n_a, return_sequences=True) for n_a in units]
        self.answer = layers.Conv1D(1, 1)

    def call(self, x):
        x = ops.relu(self.even(self.convolution(self.scale(x))))
        for layer in self.recurrent:
            x = layer(x)
        return ops.sigmoid(self.answer_of(x))

    def build(self, shape):
        self.kernel = self.add_weight(shape=(self.recurrent[-1].units, 1), name="kernel")
        self.bias = self.add_weight(shape=(1,), initializer="zeros", name="bias")
        super().build(shape)

    def answer_of(self, x):
        return ops.matmul(x, self.kernel) + self.bias


def build_detector(input_shape, filters=64, kernel_size=KERNEL, stride=STRIDE, units=(56, 40), learning_rate=0.003):
    model = _Detector(filters, kernel_size, stride, list(units))
    model.build((None, *input_shape))
    model(np.zeros((1, kernel_size + stride, input_shape[-1]), dtype="float32"))
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    return model


# -------------------------------------------------------------------------------------------------------------- detect


# %% mistake="every_step" exercise="detect" kind="condition" says="every step at the threshold or above it is an event of its own; a word is one event"
def detect(probabilities, threshold, refractory):
    return [step * STEP_MS / 1000 for step, p in enumerate(probabilities) if p >= threshold]


# %% mistake="strictly_above" exercise="detect" kind="boundary" says="a probability that is just the threshold does not count"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS / 1000
        if probability > threshold and below:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        below = probability <= threshold
    return times


# %% mistake="no_refractory_time" exercise="detect" kind="option" says="the refractory time is not used"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        if probability >= threshold and below:
            times.append(step * STEP_MS / 1000)
        below = probability < threshold
    return times


# %% mistake="longer_than_the_refractory_time" exercise="detect" kind="boundary" says="a rise is left out that comes when the refractory time is just over"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS / 1000
        if probability >= threshold and below:
            if not times or moment - times[-1] > refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="from_the_last_rise" exercise="detect" kind="condition" says="the refractory time is counted from a rise that was itself left out"
def detect(probabilities, threshold, refractory):
    times, below, last = [], True, None
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS / 1000
        if probability >= threshold and below:
            if last is None or moment - last >= refractory:
                times.append(moment)
            last = moment
        below = probability < threshold
    return times


# %% mistake="fires_again_while_high" exercise="detect" kind="condition" says="an event is found again without a new rise when the refractory time is over"
def detect(probabilities, threshold, refractory):
    times = []
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS / 1000
        if probability >= threshold and (not times or moment - times[-1] >= refractory):
            times.append(moment)
    return times


# %% mistake="steps_not_seconds" exercise="detect" kind="units" says="the times are numbers of steps instead of seconds"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        if probability >= threshold and below:
            if not times or (step - times[-1]) * STEP_MS / 1000 >= refractory:
                times.append(step)
        below = probability < threshold
    return times


# %% mistake="steps_beside_seconds" exercise="detect" kind="units" says="the times are numbers of steps instead of seconds"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        if probability >= threshold and below:
            if not times or step - times[-1] >= refractory:
                times.append(step)
        below = probability < threshold
    return times


# %% mistake="milliseconds" exercise="detect" kind="units" says="the times are in milliseconds instead of seconds"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS
        if probability >= threshold and below:
            if not times or moment - times[-1] >= 1000 * refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="milliseconds_beside_seconds" exercise="detect" kind="units" says="the times are in milliseconds instead of seconds"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS
        if probability >= threshold and below:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="samples_not_seconds" exercise="detect" kind="units" says="the times are numbers of samples instead of seconds"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * HOP * STRIDE
        if probability >= threshold and below:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="upside_down" exercise="detect" kind="units" says="milliseconds are turned into seconds the wrong way round"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * 1000 / STEP_MS
        if probability >= threshold and below:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="nothing_found" exercise="detect" kind="condition" says="no event is ever found"
def detect(probabilities, threshold, refractory):
    return []


# %% mistake="refractory_in_milliseconds" exercise="detect" kind="units" says="the refractory time is taken for milliseconds instead of seconds"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS / 1000
        if probability >= threshold and below:
            if not times or 1000 * (moment - times[-1]) >= refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="time_per_frame" exercise="detect" kind="boundary" says="a step is taken to be as long as a frame's hop"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities):
        moment = step * HOP / RATE
        if probability >= threshold and below:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="not_from_the_start" exercise="detect" kind="boundary" says="a probability that is high at the very first step is not found"
def detect(probabilities, threshold, refractory):
    times = []
    for step in range(1, len(probabilities)):
        moment = step * STEP_MS / 1000
        if probabilities[step] >= threshold > probabilities[step - 1]:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
    return times


# %% mistake="at_the_fall" exercise="detect" kind="condition" says="an event is found where the probability falls instead of where it rises"
def detect(probabilities, threshold, refractory):
    times, above = [], False
    for step, probability in enumerate(probabilities):
        moment = step * STEP_MS / 1000
        if probability < threshold and above:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        above = probability >= threshold
    return times


# %% mistake="a_step_late" exercise="detect" kind="number" says="the moment is that of the step after the rise"
def detect(probabilities, threshold, refractory):
    times, below = [], True
    for step, probability in enumerate(probabilities, start=1):
        moment = step * STEP_MS / 1000
        if probability >= threshold and below:
            if not times or moment - times[-1] >= refractory:
                times.append(moment)
        below = probability < threshold
    return times


# %% mistake="first_word_only" exercise="detect" kind="condition" says="only the first word is found"
def detect(probabilities, threshold, refractory):
    for step, probability in enumerate(probabilities):
        if probability >= threshold:
            return [step * STEP_MS / 1000]
    return []


# %% paraphrase="differences" exercise="detect"
def detect(probabilities, threshold, refractory):
    high = (np.asarray(probabilities) >= threshold).astype(int)
    rises = np.flatnonzero(np.diff(high, prepend=0) == 1)
    times = []
    for moment in rises * STEP_MS / 1000:
        if len(times) == 0 or moment >= times[-1] + refractory:
            times.append(float(moment))
    return times


# %% paraphrase="last_event" exercise="detect"
def detect(probabilities, threshold, refractory):
    found, last, before = [], -np.inf, -np.inf
    for k in range(len(probabilities)):
        now = k * (STEP_MS / 1000)
        rises = before < threshold <= probabilities[k]
        if rises and now - last >= refractory:
            found, last = found + [now], now
        before = probabilities[k]
    return found


# %% paraphrase="generator" exercise="detect"
def detect(probabilities, threshold, refractory):
    def moments():
        wait_until, up = None, False
        for k, p in enumerate(probabilities):
            seconds = k * HOP * STRIDE / RATE
            if p < threshold:
                up = False
            elif not up:
                up = True
                if wait_until is None or seconds >= wait_until:
                    wait_until = seconds + refractory
                    yield seconds

    return list(moments())


# -------------------------------------------------------------------------------------------------------- match_events


# %% mistake="matched_twice" exercise="match_events" kind="search" says="a true event makes several found ones hits"
def match_events(found, true, tolerance):
    hits = sum(any(abs(one - other) <= tolerance for other in true) for one in found)
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="each_side_by_itself" exercise="match_events" kind="search" says="precision and recall count hits each for itself, so that an event can be in several pairs"
def match_events(found, true, tolerance):
    right = sum(any(abs(one - other) <= tolerance for other in true) for one in found)
    caught = sum(any(abs(one - other) <= tolerance for one in found) for other in true)
    precision = right / len(found) if found else 0.0
    recall = caught / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right and caught else 0.0


# %% mistake="found_used_twice" exercise="match_events" kind="search" says="a found event is used for several true ones"
def match_events(found, true, tolerance):
    hits = sum(any(abs(one - other) <= tolerance for one in found) for other in true)
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="exchanged" exercise="match_events" kind="exchanged" says="precision and recall are exchanged"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(true) if true else 0.0
    recall = hits / len(found) if found else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="late_only" exercise="match_events" kind="condition" says="a found moment before the true one does not count"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if 0 <= moment - one <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="early_without_limit" exercise="match_events" kind="boundary" says="a found moment may come too early by any time"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if moment - one <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="less_than_the_tolerance" exercise="match_events" kind="boundary" says="moments that are just the tolerance apart are no pair"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) < tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="nearest_partner" exercise="match_events" kind="search" says="each found moment takes its nearest partner, which can leave others without one"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = sorted((one for one in left if abs(one - moment) <= tolerance), key=lambda one: abs(one - moment))
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="as_they_come" exercise="match_events" kind="order" says="the moments are not sorted before they are paired"
def match_events(found, true, tolerance):
    left, hits = list(true), 0
    for moment in found:
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="in_order" exercise="match_events" kind="search" says="the first found moment is compared with the first true one only, the second with the second, and so on"
def match_events(found, true, tolerance):
    hits = sum(abs(one - other) <= tolerance for one, other in zip(sorted(found), sorted(true)))
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="division_by_zero" exercise="match_events" kind="average" says="a share of nothing is divided by zero"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision, recall = hits / len(found), hits / len(true)
    return precision, recall, 2 * precision * recall / (precision + recall)


# %% mistake="nothing_found_not_expected" exercise="match_events" kind="average" says="where nothing is found, the precision is divided by zero"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision, recall = hits / len(found), hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="nothing_said_not_expected" exercise="match_events" kind="average" says="where there is no true event, the recall is divided by zero"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision, recall = hits / len(found) if found else 0.0, hits / len(true)
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="no_hit_not_expected" exercise="match_events" kind="average" says="where there is no hit, F1 is divided by zero"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision, recall = hits / len(found) if found else 0.0, hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall)


# %% mistake="nothing_is_perfect" exercise="match_events" kind="average" says="a share of nothing is taken to be 1 instead of 0"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 1.0
    recall = hits / len(true) if true else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


# %% mistake="first_found_left_out" exercise="match_events" kind="search" says="the first found moment gets no partner, whatever is near it"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found[1:]):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


# %% mistake="always_zero" exercise="match_events" kind="left_undone" says="the three numbers are 0 even where there are hits"
def match_events(found, true, tolerance):
    return 0.0, 0.0, 0.0


# %% mistake="plain_mean" exercise="match_events" kind="related_function" says="F1 is the plain mean of precision and recall"
def match_events(found, true, tolerance):
    left, hits = sorted(true), 0
    for moment in sorted(found):
        near = [one for one in left if abs(one - moment) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    precision = hits / len(found) if found else 0.0
    recall = hits / len(true) if true else 0.0
    return precision, recall, (precision + recall) / 2


# %% paraphrase="augmenting_paths" exercise="match_events"
def match_events(found, true, tolerance):
    partner = {}

    def place(k, tried):
        for j in range(len(true)):
            if abs(found[k] - true[j]) <= tolerance and j not in tried:
                tried.add(j)
                if j not in partner or place(partner[j], tried):
                    partner[j] = k
                    return True
        return False

    hits = sum(place(k, set()) for k in range(len(found)))
    precision, recall = hits / max(1, len(found)), hits / max(1, len(true))
    return precision, recall, 2 * hits / max(1, len(found) + len(true))


# %% paraphrase="two_fingers" exercise="match_events"
def match_events(found, true, tolerance):
    heard, said = sorted(found), sorted(true)
    i = j = hits = 0
    while i < len(heard) and j < len(said):
        if abs(heard[i] - said[j]) <= tolerance:
            i, j, hits = i + 1, j + 1, hits + 1
        elif heard[i] < said[j]:
            i += 1
        else:
            j += 1
    p = hits / max(1, len(found))
    r = hits / max(1, len(true))
    return p, r, 0.0 if p + r == 0 else 2 / (1 / p + 1 / r)


# %% paraphrase="longest_common" exercise="match_events"
def match_events(found, true, tolerance):
    rows, columns = np.sort(found), np.sort(true)
    best = np.zeros((len(rows) + 1, len(columns) + 1))
    for i in range(len(rows)):
        for j in range(len(columns)):
            pair = best[i, j] + (np.abs(rows[i] - columns[j]) <= tolerance)
            best[i + 1, j + 1] = max(pair, best[i, j + 1], best[i + 1, j])
    hits = best[-1, -1]
    precision = hits / len(rows) if len(rows) > 0 else 0.0
    recall = hits / len(columns) if len(columns) > 0 else 0.0
    total = precision + recall
    return float(precision), float(recall), float(2 * precision * recall / total) if total > 0 else 0.0


# -------------------------------------------------------------------------------------------------------------- stream


# %% mistake="state_given_up" exercise="stream" kind="not_carried" says="the state begins anew with each chunk"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), []
    for chunk in chunks:
        state = None
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="state_not_replaced" exercise="stream" kind="not_carried" says="the new state is not handed on"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, after = model.predict(frames[: (steps - 1) * stride + kernel], state)
            state = after if state is None else state
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="samples_lost" exercise="stream" kind="not_carried" says="the samples that are left of a chunk are lost"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    frames, state, answers = np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        frames = np.concatenate([frames, spectrogram(chunk, frame, hop)])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="frames_lost" exercise="stream" kind="not_carried" says="the frames that are left of a chunk are lost"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, state, answers = np.zeros(0), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        frames = spectrogram(samples, frame, hop)
        samples = samples[len(frames) * hop :]
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
        answers.append(answer)
    return answers


# %% mistake="overlap_forgotten" exercise="stream" kind="not_carried" says="all samples of a frame are dropped, though the next frame needs some of them"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[(len(new) - 1) * hop + frame :] if len(new) else samples
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="windows_forgotten" exercise="stream" kind="not_carried" says="all frames of a step are dropped, though the next step needs some of them"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[(steps - 1) * stride + kernel :]
        answers.append(answer)
    return answers


# %% mistake="samples_twice" exercise="stream" kind="added_twice" says="samples that are done with are kept, so that frames come twice"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        frames = np.concatenate([frames, spectrogram(samples, frame, hop)])
        samples = samples[-frame:]
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="frames_twice" exercise="stream" kind="added_twice" says="frames that are done with are kept, so that steps are answered twice"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        answer = np.zeros(0)
        if len(frames) >= kernel:
            answer, state = model.predict(frames, state)
            frames = frames[-kernel:]
        answers.append(answer)
    return answers


# %% mistake="everything_again" exercise="stream" kind="added_twice" says="with each chunk everything so far is answered once more"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, answers = np.zeros(0), []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        frames = spectrogram(samples, frame, hop)
        answers.append(model.predict(frames, None)[0] if len(frames) >= kernel else np.zeros(0))
    return answers


# %% mistake="one_step_dropped" exercise="stream" kind="loop_ends" says="the frames of one step only are dropped, though several were answered"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[stride:]
        answers.append(answer)
    return answers


# %% mistake="one_frame_a_chunk" exercise="stream" kind="loop_ends" says="a chunk brings one new frame at most"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples[:frame], frame, hop)
        samples = samples[hop:] if len(new) else samples
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="no_answers" exercise="stream" kind="left_undone" says="the model is never asked"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    return [np.zeros(0) for _ in chunks]


# %% mistake="a_frame_too_many" exercise="stream" kind="start" says="the frames begin with one that is no sound"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((1, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="waits_for_the_end" exercise="stream" kind="loop_ends" says="everything is answered with the last chunk"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    frames = spectrogram(np.concatenate([np.zeros(0), *chunks]), frame, hop)
    whole = model.predict(frames, None)[0] if len(frames) >= kernel else np.zeros(0)
    return [np.zeros(0) for _ in chunks[:-1]] + [whole]


# %% mistake="one_step_a_chunk" exercise="stream" kind="loop_ends" says="a chunk brings one answer at most"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        answer = np.zeros(0)
        if len(frames) >= kernel:
            answer, state = model.predict(frames[:kernel], state)
            frames = frames[stride:]
        answers.append(answer)
    return answers


# %% mistake="a_frame_too_late" exercise="stream" kind="number" says="the model waits for one frame more than its convolution takes"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel - 1) // stride + 1
        answer = np.zeros(0)
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
        answers.append(answer)
    return answers


# %% mistake="silent_chunks_left_out" exercise="stream" kind="form" says="chunks that bring no answer are left out of the list"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    samples, frames, state, answers = np.zeros(0), np.zeros((0, frame // 2 + 1)), None, []
    for chunk in chunks:
        samples = np.concatenate([samples, chunk])
        new = spectrogram(samples, frame, hop)
        samples = samples[len(new) * hop :]
        frames = np.concatenate([frames, new])
        steps = (len(frames) - kernel) // stride + 1
        if steps >= 1:
            answer, state = model.predict(frames[: (steps - 1) * stride + kernel], state)
            frames = frames[steps * stride :]
            answers.append(answer)
    return answers


# %% paraphrase="window_by_window" exercise="stream"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    heard, rows, state, answers = [], [], None, []
    for chunk in chunks:
        heard.extend(float(sample) for sample in chunk)
        while len(heard) >= frame:
            rows.append(spectrogram(np.array(heard[:frame]), frame, hop)[0])
            heard = heard[hop:]
        new = []
        while len(rows) >= kernel:
            probabilities, state = model.predict(np.stack(rows[:kernel]), state)
            new.append(float(probabilities[0]))
            rows = rows[stride:]
        answers.append(np.array(new))
    return answers


# %% paraphrase="nothing_dropped" exercise="stream"
def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    everything, state, step, answers = np.zeros(0), None, 0, []
    for chunk in chunks:
        everything = np.append(everything, chunk)
        frames = spectrogram(everything, frame, hop)
        until = max(0, (len(frames) - kernel) // stride + 1)
        if until > step:
            part = frames[step * stride : (until - 1) * stride + kernel]
            p, state = model.predict(part, state)
            answers.append(np.asarray(p))
            step = until
        else:
            answers.append(np.array([]))
    return answers


# %% paraphrase="two_ears" exercise="stream"
class _Ear:
    def __init__(self, frame, hop, kernel, stride):
        self.frame = frame
        self.hop = hop
        self.kernel = kernel
        self.stride = stride
        self.samples = np.empty(0)
        self.frames = np.empty((0, frame // 2 + 1))

    def hear(self, chunk):
        self.samples = np.append(self.samples, chunk)
        while len(self.samples) >= self.frame:
            one = spectrogram(self.samples[: self.frame], self.frame, self.hop)
            self.frames = np.vstack([self.frames, one])
            self.samples = self.samples[self.hop :]

    def ready(self):
        while len(self.frames) >= self.kernel:
            yield self.frames[: self.kernel]
            self.frames = self.frames[self.stride :]


def stream(model, chunks, frame=FRAME, hop=HOP, kernel=KERNEL, stride=STRIDE):
    ear, state, answers = _Ear(frame, hop, kernel, stride), None, []
    for chunk in chunks:
        ear.hear(chunk)
        answer = []
        for window in ear.ready():
            probability, state = model.predict(window, state)
            answer.append(probability)
        answers.append(np.concatenate([np.zeros(0), *answer]))
    return answers


# %% equivalent="flip_sign-397584" exercise="stream" because="a convolution without padding leaves out the frames that make no whole step"

# %% equivalent="wrong_constant-073095" exercise="stream" because="a convolution without padding leaves out the frames that make no whole step"
