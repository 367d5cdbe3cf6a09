/** An extension of Evenkeel. */
@NullMarked
package com.example.starter;

import org.jspecify.annotations.NullMarked;
