//! Statics without locks: an instance of the engine has one thread.
//!
//! What they hold are plain cells, because natives run while `dispatch` is on the stack,
//! so nobody may keep a reference to what is inside.

pub struct SingleThreaded<T>(pub T);

unsafe impl<T> Sync for SingleThreaded<T> {}
