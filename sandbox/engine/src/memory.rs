//! What QuickJS reports when memory runs out, and how room is made again.

use crate::fuel;
use javy_plugin_api::javy::quickjs::qjs::{self, JSRuntime};

unsafe extern "C" {
    /// native/quickjs.patch: there was not even memory for an error object, and null was thrown.
    static mut JS_MemoryRanOut: bool;
    /// native/quickjs.patch: there was no memory for something.
    static mut JS_MemoryIsShort: bool;
}

/// Called before strategy code runs: a null that is thrown from here on is the strategy's own until memory runs out.
#[inline]
pub fn forget_earlier() {
    unsafe { JS_MemoryRanOut = false };
}

/// Whether a null that was thrown stands for an error object that there was no memory for.
pub fn ran_out() -> bool {
    unsafe { JS_MemoryRanOut }
}

/// After an event in which memory ran out, collects what is unreachable: by itself QuickJS would wait until its heap is
/// half as large again as after the last collection, which its limit may never let it be. The collection is ours, and
/// so is its fuel: billed to the next event, that of a full heap would end a strategy that had caught the error.
#[inline]
pub unsafe fn make_room(runtime: *mut JSRuntime) {
    unsafe {
        if JS_MemoryIsShort {
            JS_MemoryIsShort = false;
            fuel::refill(fuel::COLLECT);
            qjs::JS_RunGC(runtime);
        }
    }
}
